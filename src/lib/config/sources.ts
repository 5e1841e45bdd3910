import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse as parseYaml } from 'yaml';
import { SysprobeError } from '../errors.ts';
import { boolean } from './kinds.ts';
import { envNames, flagName, type Options } from './option.ts';

/** A value as it was given, and the words an error needs to point at it. */
export interface Given {
  text: string;
  where: string;
}

export interface Flags {
  values: Map<string, Given>;
  config: string | undefined;
  help: boolean;
  version: boolean;
  printConfig: boolean;
}

export function readFlags(argv: readonly string[], options: Options): Flags {
  const values = new Map<string, Given>();
  const names = new Map(Object.keys(options).map((name) => [flagName(name).slice(2), name]));
  const given = parseFlags(argv, options);
  for (const [flag, value] of Object.entries(given)) {
    const name = names.get(flag);
    if (name !== undefined) values.set(name, { text: String(value), where: `--${flag}` });
  }
  return {
    values,
    config: typeof given.config === 'string' ? given.config : undefined,
    help: given.help === true,
    version: given.version === true,
    printConfig: given['print-config'] === true,
  };
}

function parseFlags(argv: readonly string[], options: Options): Record<string, string | boolean | undefined> {
  const flags: Record<string, { type: 'string' | 'boolean' }> = {
    config: { type: 'string' },
    help: { type: 'boolean' },
    version: { type: 'boolean' },
    'print-config': { type: 'boolean' },
  };
  for (const [name, { kind }] of Object.entries(options)) {
    flags[flagName(name).slice(2)] = { type: kind === boolean ? 'boolean' : 'string' };
  }
  try {
    return parseArgs({ args: [...argv], options: flags, allowNegative: true, allowPositionals: false })
      .values;
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).split(/\. /)[0] ?? '';
    throw new SysprobeError('SP_CONFIG_INVALID', `${reason}; --help lists the options`, { cause });
  }
}

/** Names are found whatever their case; where two differ only by it, the one spelt as documented wins. */
export function readEnv(env: NodeJS.ProcessEnv, options: Options): Map<string, Given> {
  const spelt = new Map(Object.keys(env).map((name) => [name.toUpperCase(), name]));
  const values = new Map<string, Given>();
  for (const [name, option] of Object.entries(options)) {
    for (const documented of envNames(name, option)) {
      const found = env[documented] === undefined ? spelt.get(documented) : documented;
      const text = found === undefined ? undefined : env[found];
      if (found === undefined || text === undefined || text === '' || values.has(name)) continue;
      values.set(name, {
        text: option.disabledBy?.includes(documented) ? negated(text) : text,
        where: found,
      });
    }
  }
  return values;
}

/** What is neither true nor false stays as it is, for the error to show. */
function negated(text: string): string {
  const value = boolean.parse(text.trim());
  return value === undefined ? text : String(!value);
}

/**
 * One file serves both programs: each takes the names it knows, and `known` are the names of both.
 * Throws SP_CONFIG_INVALID for a file that cannot be read and for a name that neither program knows.
 */
export function readFile(path: string, known: ReadonlySet<string>): Map<string, Given> {
  const values = new Map<string, Given>();
  for (const [name, value] of flattened(parseFile(path))) {
    const where = `${name} in ${path}`;
    if (!known.has(name)) {
      throw new SysprobeError(
        'SP_CONFIG_INVALID',
        `${where} is not an option; options are ${[...known].join(', ')}`,
      );
    }
    if (typeof value !== 'string') {
      throw new SysprobeError('SP_CONFIG_INVALID', `${where} is a list of lists or maps; give single values`);
    }
    if (value !== '') values.set(name, { text: value, where });
  }
  return values;
}

/** `dns: { enabled: false }` is another way to write `dnsEnabled: false`, and a list one to write `53, 5353`. */
function flattened(content: Record<string, unknown>): [string, unknown][] {
  return Object.entries(content).flatMap(([name, value]) => {
    if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
      return [[name, value.join(',')]];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[name, value]];
    const inside = Object.entries(value).map(([key, each]) => [
      `${name}${key[0]?.toUpperCase()}${key.slice(1)}`,
      each,
    ]);
    return flattened(Object.fromEntries(inside));
  });
}

function parseFile(path: string): Record<string, unknown> {
  let content: unknown;
  try {
    // Scalars stay as they are written: 0660 is a mode, not the number 660.
    content = parseYaml(readFileSync(path, 'utf8'), { schema: 'failsafe' });
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';
    throw new SysprobeError('SP_CONFIG_INVALID', `the configuration file ${path} cannot be read: ${reason}`, {
      cause,
    });
  }
  if (content === null || content === undefined || content === '') return {};
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new SysprobeError('SP_CONFIG_INVALID', `the configuration file ${path} must be a map of options`);
  }
  return { ...content };
}
