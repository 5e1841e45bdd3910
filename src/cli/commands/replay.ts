import { InvalidArgumentError, Option } from 'commander';
import { SysprobeError } from '../../lib/errors.ts';
import { shortDuration } from '../format/numbers.ts';
import type { Server } from '../server.ts';
import type { Terminal } from '../terminal.ts';
import type { Place } from './records.ts';

interface ReplayOptions {
  speed: number;
  once: boolean;
  keepTimes: boolean;
}

const EXAMPLES = `
The times of the session are moved so that its end is the end of the replay: what happened in the last minute of it is
found by --since 1m. After the end it is served on, as system-probe would on a node that has gone quiet.

Examples:
  sysprobe replay incident.cborseq.gz --socket /tmp/incident.sock
  sysprobe top --socket /tmp/incident.sock
  node-agent --socket /tmp/incident.sock          the map and the page of it
  sysprobe replay night.cborseq.gz --speed 60     an hour in a minute`;

export function addReplayCommand({ program, terminal, server }: Place): void {
  program
    .command('replay')
    .summary('serves a recorded session like system-probe')
    .description(
      'Serves a file of record on the socket, without a kernel: for node-agent and for this command.',
    )
    .argument('<file>', 'the file; compressed or not')
    .addOption(
      new Option('--speed <N>', 'seconds of the session in a second, or max for all of it at once')
        .argParser(parseSpeed)
        .default(1),
    )
    .option('--once', 'begin when someone follows, end when all was played and read', false)
    .option('--keep-times', 'leave the times as they were recorded', false)
    .addHelpText('after', EXAMPLES)
    .action((path: string, options: ReplayOptions) => replay(path, { server: server(), terminal, options }));
}

interface Run {
  server: Server;
  terminal: Terminal;
  options: ReplayOptions;
}

async function replay(path: string, { server, terminal, options }: Run): Promise<void> {
  if (server.kind === 'agent') {
    const message = 'a session is served on a socket: give its path with --socket';
    throw new SysprobeError('SP_QUERY_INVALID', message, { parameter: 'server' });
  }
  const stop = new AbortController();
  const { signal } = stop;
  const { speed, once, keepTimes } = options;
  // The server of the probe: no other command should pay for it.
  const { startReplay } = await import('../../probe/replay/replay.ts');
  const { socketPath } = server;
  const running = await startReplay({ path, socketPath, speed, keepTimes });
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.removeAllListeners(name);
    process.once(name, () => stop.abort());
  }
  const { startNs, endNs, events, cutOff, lost } = running.session;
  terminal.notice(
    `${path}: ${events} events in ${shortDuration(Number(endNs - startNs))}, served on ${socketPath}`,
  );
  if (cutOff) terminal.notice(`${path} ends in the middle of an item: the recording was cut off there`);
  if (lost > 0) terminal.notice(`${lost} events are missing: the recorder was too slow for them`);
  try {
    if (once) await running.followed(signal);
    await running.play(signal);
    if (once) await running.caughtUp(signal);
    else if (!signal.aborted) {
      terminal.notice('played to the end; Ctrl-C ends');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    }
  } finally {
    await running.close();
  }
}

function parseSpeed(text: string): number {
  if (text === 'max') return Number.POSITIVE_INFINITY;
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (speed > 0 && speed <= 1_000_000) return speed;
  throw new InvalidArgumentError('Allowed is a number above 0, such as 0.5 or 60, or max.');
}
