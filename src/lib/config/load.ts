import { SysprobeError } from '../errors.ts';
import { version } from '../package-root.ts';
import { helpText } from './document.ts';
import { envNames, type Option, type Options, type Values } from './option.ts';
import { type AgentOptions, agentOptions, type ProbeOptions, probeOptions } from './options.ts';
import { type Flags, type Given, readEnv, readFile, readFlags } from './sources.ts';

export interface Invocation {
  /** Without the interpreter and the program: process.argv.slice(2). */
  argv: readonly string[];
  env: NodeJS.ProcessEnv;
}

/** `ignored` are environment names that look meant for this program and have no effect: log them once. */
export type ProbeConfig = ProbeOptions & { ignored: string[] };
export type AgentConfig = AgentOptions & { ignored: string[] };

/** Throws SP_CONFIG_INVALID, which names the option, the value and what is allowed. */
export function loadProbeConfig(invocation: Invocation): ProbeConfig {
  return load(probeOptions, invocation);
}

/** Throws SP_CONFIG_INVALID, which names the option, the value and what is allowed. */
export function loadAgentConfig(invocation: Invocation): AgentConfig {
  return load(agentOptions, invocation);
}

/** What to print instead of running, for --help, --version and --print-config; undefined = run. */
export function probeText(invocation: Invocation): string | undefined {
  return text('system-probe', probeOptions, invocation);
}

/** What to print instead of running, for --help, --version and --print-config; undefined = run. */
export function agentText(invocation: Invocation): string | undefined {
  return text('node-agent', agentOptions, invocation);
}

function text(program: string, options: Options, invocation: Invocation): string | undefined {
  const flags = readFlags(invocation.argv, options);
  if (flags.help) return helpText(program, options);
  if (flags.version) return `${program} ${version}\n`;
  if (!flags.printConfig) return undefined;
  return `${JSON.stringify(load(options, invocation), printable, 2)}\n`;
}

function printable(_name: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value;
}

function load<Table extends Options>(
  options: Table,
  { argv, env }: Invocation,
): Values<Table> & { ignored: string[] } {
  const flags = readFlags(argv, options);
  const sources = [flags.values, readEnv(env, options), fileValues(flags, env)];
  const values = Object.entries(options).map(([name, option]) => {
    const given = sources.map((source) => source.get(name)).find((found) => found !== undefined);
    return [name, given === undefined ? option.default : parse(option, given)];
  });
  return { ...(Object.fromEntries(values) as Values<Table>), ignored: ignoredNames(env, options) };
}

function fileValues(flags: Flags, env: NodeJS.ProcessEnv): Map<string, Given> {
  const path = flags.config ?? env.SYSPROBE_CONFIG;
  if (path === undefined || path === '') return new Map();
  return readFile(path, new Set([...Object.keys(probeOptions), ...Object.keys(agentOptions)]));
}

function parse<T>({ kind }: Option<T>, { text, where }: Given): T {
  const value = kind.parse(text.trim());
  if (value !== undefined) return value;
  throw new SysprobeError('SP_CONFIG_INVALID', `${where}: "${text}" is not allowed; give ${kind.allowed}`);
}

/** Used, but not the name of an option: the file's path and the command line's server. */
const otherNames = ['SYSPROBE_CONFIG', 'SYSPROBE_SERVER'];

/** What these say is so of itself: there is a system-probe, and it is a process of its own. */
const inherent = new Map([
  ['DD_SYSTEM_PROBE_ENABLED', 'true'],
  ['DD_SYSTEM_PROBE_EXTERNAL', 'true'],
]);

function ignoredNames(env: NodeJS.ProcessEnv, options: Options): string[] {
  const used = new Set(Object.entries(options).flatMap(([name, option]) => envNames(name, option)));
  const sysprobe = [probeOptions, agentOptions].flatMap((table: Options) =>
    Object.entries(table).flatMap(([name, option]) => envNames(name, option)),
  );
  const known = new Set([...sysprobe.filter((name) => name.startsWith('SYSPROBE_')), ...otherNames]);
  return Object.keys(env).filter((name) => {
    const upper = name.toUpperCase();
    if (used.has(upper) || (inherent.has(upper) && inherent.get(upper) === env[name]?.toLowerCase()))
      return false;
    return upper.startsWith('DD_') || (upper.startsWith('SYSPROBE_') && !known.has(upper));
  });
}
