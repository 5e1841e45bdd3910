import { Command, CommanderError, Option } from 'commander';
import { SysprobeError } from '../lib/errors.ts';
import { version } from '../lib/package-root.ts';
import { addCheckCommand } from './commands/check.ts';
import { addCompletionCommand } from './commands/completion.ts';
import { CONTAINERS_COMMAND } from './commands/containers.ts';
import { DNS_COMMAND } from './commands/dns.ts';
import { FLOWS_COMMAND } from './commands/flows.ts';
import { addMapCommand } from './commands/map.ts';
import { PROCESSES_COMMAND } from './commands/processes.ts';
import { addRecordCommand } from './commands/record.ts';
import { addRecordsCommand } from './commands/records.ts';
import { addReplayCommand } from './commands/replay.ts';
import { addStatusCommand } from './commands/status.ts';
import { addTopCommand } from './commands/top.ts';
import { addVersionCommand } from './commands/version.ts';
import { DEFAULT_SOCKET, parseServer, type Server } from './server.ts';
import type { Terminal } from './terminal.ts';

export const EXIT = { ok: 0, error: 1, usage: 2, unreachable: 3, interrupted: 130 } as const;

const DESCRIPTION =
  'Asks system-probe or node-agent what the processes and containers of this node do on the network.';

const AFTER_HELP = `
Without --socket and --server, SYSPROBE_SERVER names the server: a path, unix:PATH or a URL.
Exit codes: 0 done, 1 error, 2 wrong use, 3 server unreachable, 130 interrupted.
Data is written to stdout, everything else to stderr.`;

export interface Surroundings {
  terminal: Terminal;
  env: NodeJS.ProcessEnv;
  /** To be called by a command whose answer is a no. */
  fail: () => void;
}

export function createProgram({ terminal, env, fail }: Surroundings): Command {
  const program = new Command('sysprobe')
    .description(DESCRIPTION)
    .version(`sysprobe ${version}`, '-V, --version', 'show the version of this command')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .option('--socket <PATH>', `socket of system-probe (default: ${DEFAULT_SOCKET})`)
    .addOption(new Option('--server <URL>', 'node-agent instead, at http://HOST:PORT').conflicts('socket'))
    .addHelpText('after', AFTER_HELP);
  const server = (): Server => {
    const { socket, server } = program.opts<{ socket?: string; server?: string }>();
    if (socket !== undefined) return parseServer(`unix:${socket}`);
    return parseServer(server ?? (env.SYSPROBE_SERVER || DEFAULT_SOCKET));
  };
  const place = { program, terminal, server };
  addRecordsCommand(FLOWS_COMMAND, place);
  addRecordsCommand(DNS_COMMAND, place);
  addRecordsCommand(PROCESSES_COMMAND, place);
  addRecordsCommand(CONTAINERS_COMMAND, place);
  addTopCommand(place);
  addMapCommand(program, terminal, server);
  addRecordCommand(place);
  addReplayCommand(place);
  addStatusCommand(program, terminal, server);
  addCheckCommand(program, terminal, fail);
  addCompletionCommand(program, terminal);
  addVersionCommand(program, terminal);
  return program;
}

/** Runs one command line and resolves with the exit code. What went wrong has been said by then. */
export async function run(
  args: readonly string[],
  terminal: Terminal,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  let code: number = EXIT.ok;
  const fail = () => {
    code = EXIT.error;
  };
  try {
    await createProgram({ terminal, env, fail }).parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    terminal.notice(describe(error));
    return exitCodeOf(error);
  }
}

function describe(error: unknown): string {
  if (error instanceof SysprobeError) {
    return error.parameter === undefined ? error.message : `--${error.parameter}: ${error.message}`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function exitCodeOf(error: unknown): number {
  const code = error instanceof SysprobeError ? error.code : undefined;
  if (code === 'SP_SERVER_UNREACHABLE') return EXIT.unreachable;
  return code === 'SP_QUERY_INVALID' || code === 'SP_CONFIG_INVALID' ? EXIT.usage : EXIT.error;
}
