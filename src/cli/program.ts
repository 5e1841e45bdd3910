import { Command, CommanderError, Option } from 'commander';
import { SysprobeError } from '../lib/errors.ts';
import { version } from '../lib/package-root.ts';
import { addFlowsCommand } from './commands/flows.ts';
import { DEFAULT_SOCKET, parseServer, type Server } from './server.ts';
import type { Terminal } from './terminal.ts';

export const EXIT = { ok: 0, error: 1, usage: 2, unreachable: 3, interrupted: 130 } as const;

export function createProgram(terminal: Terminal): Command {
  const program = new Command('sysprobe')
    .description(
      'Asks system-probe or node-agent what the processes and containers of this node do on the network.',
    )
    .version(`sysprobe ${version}`, '-V, --version', 'the version of this command')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .addOption(new Option('--socket <PATH>', `socket of system-probe (default: ${DEFAULT_SOCKET})`))
    .addOption(
      new Option('--server <URL>', 'node-agent instead: http://HOST:PORT; or unix:PATH of a socket')
        .env('SYSPROBE_SERVER')
        .conflicts('socket'),
    )
    .addHelpText(
      'after',
      `
Exit codes: 0 done, 1 error, 2 wrong use, 3 server unreachable, 130 interrupted.
Data is written to stdout, everything else to stderr.`,
    );
  const server = (): Server => {
    const { socket, server } = program.opts<{ socket?: string; server?: string }>();
    return parseServer(socket === undefined ? (server ?? DEFAULT_SOCKET) : `unix:${socket}`);
  };
  addFlowsCommand(program, terminal, server);
  return program;
}

/** Runs one command line and resolves with the exit code. What went wrong has been said by then. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await createProgram(terminal).parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    terminal.notice(describe(error));
    return exitCodeOf(error);
  }
}

function describe(error: unknown): string {
  if (!(error instanceof SysprobeError))
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  return error.parameter === undefined ? error.message : `--${error.parameter}: ${error.message}`;
}

function exitCodeOf(error: unknown): number {
  const code = error instanceof SysprobeError ? error.code : undefined;
  if (code === 'SP_SERVER_UNREACHABLE') return EXIT.unreachable;
  return code === 'SP_QUERY_INVALID' || code === 'SP_CONFIG_INVALID' ? EXIT.usage : EXIT.error;
}
