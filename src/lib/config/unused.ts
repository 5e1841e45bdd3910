import type { Logger } from '../log.ts';
import { envNames, type Options } from './option.ts';

/** Environment names that look meant for a program and change nothing in it. */
export interface Unused {
  /** Neither program takes them. */
  ignored: string[];
  /** The other program takes them. */
  elsewhere: string[];
}

/** Used, but not the name of an option: the file's path and the command line's server. */
const OTHER_NAMES = ['SYSPROBE_CONFIG', 'SYSPROBE_SERVER'];

/** What these say is so of itself: there is a system-probe, and it is a process of its own. */
const INHERENT = new Map([
  ['DD_SYSTEM_PROBE_ENABLED', 'true'],
  ['DD_SYSTEM_PROBE_EXTERNAL', 'true'],
]);

/** Names that begin with SYSPROBE_ may be in the environment of both programs, as `npm start` gives it to them. */
export function unusedNames(env: NodeJS.ProcessEnv, own: Options, other: Options): Unused {
  const [used, usedThere] = [namesOf(own), namesOf(other)];
  const known = new Set([...used, ...usedThere, ...OTHER_NAMES]);
  const unused: Unused = { ignored: [], elsewhere: [] };
  for (const name of Object.keys(env)) {
    const upper = name.toUpperCase();
    if (used.has(upper) || INHERENT.get(upper) === env[name]?.toLowerCase()) continue;
    if (upper.startsWith('DD_')) (usedThere.has(upper) ? unused.elsewhere : unused.ignored).push(name);
    else if (upper.startsWith('SYSPROBE_') && !known.has(upper)) unused.ignored.push(name);
  }
  return unused;
}

/** Once, and by name alone: a value may be a secret. */
export function warnOfUnused(log: Logger, { ignored, elsewhere }: Unused, otherProgram: string): void {
  if (ignored.length > 0) log.warn({ names: ignored }, 'environment names without effect');
  if (elsewhere.length > 0)
    log.warn({ names: elsewhere }, `environment names that ${otherProgram} takes: set them on its container`);
}

function namesOf(options: Options): Set<string> {
  return new Set(Object.entries(options).flatMap(([name, option]) => envNames(name, option)));
}
