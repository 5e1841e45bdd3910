import { SysprobeError } from '../errors.ts';
import { version } from '../package-root.ts';
import { type AgentOptions, agentOptions } from './agent-options.ts';
import { helpText } from './document.ts';
import type { Option, Options, Values } from './option.ts';
import { type ProbeOptions, probeOptions } from './probe-options.ts';
import { type Flags, type Given, readEnv, readFile, readFlags } from './sources.ts';
import { type Unused, unusedNames } from './unused.ts';

export interface Invocation {
  /** Without the interpreter and the program: process.argv.slice(2). */
  argv: readonly string[];
  env: NodeJS.ProcessEnv;
}

export type ProbeConfig = ProbeOptions & Unused;
export type AgentConfig = AgentOptions & Unused;

/** Throws SP_CONFIG_INVALID, which names the option, the value and what is allowed. */
export function loadProbeConfig(invocation: Invocation): ProbeConfig {
  return load(probeOptions, agentOptions, invocation);
}

/** Throws SP_CONFIG_INVALID, which names the option, the value and what is allowed. */
export function loadAgentConfig(invocation: Invocation): AgentConfig {
  return load(agentOptions, probeOptions, invocation);
}

/** What to print instead of running, for --help, --version and --print-config; undefined = run. */
export function probeText(invocation: Invocation): string | undefined {
  return text('system-probe', [probeOptions, agentOptions], invocation);
}

/** What to print instead of running, for --help, --version and --print-config; undefined = run. */
export function agentText(invocation: Invocation): string | undefined {
  return text('node-agent', [agentOptions, probeOptions], invocation);
}

function text(
  program: string,
  [options, other]: [Options, Options],
  invocation: Invocation,
): string | undefined {
  const flags = readFlags(invocation.argv, options);
  if (flags.help) return helpText(program, options);
  if (flags.version) return `${program} ${version}\n`;
  if (!flags.printConfig) return undefined;
  return `${JSON.stringify(load(options, other, invocation), printable, 2)}\n`;
}

function printable(_name: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value;
}

function load<Table extends Options>(
  options: Table,
  other: Options,
  { argv, env }: Invocation,
): Values<Table> & Unused {
  const flags = readFlags(argv, options);
  const sources = [flags.values, readEnv(env, options), fileValues(flags, env)];
  const values = Object.entries(options).map(([name, option]) => {
    const given = sources.map((source) => source.get(name)).find((found) => found !== undefined);
    return [name, given === undefined ? option.default : parse(option, given)];
  });
  return { ...(Object.fromEntries(values) as Values<Table>), ...unusedNames(env, options, other) };
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
