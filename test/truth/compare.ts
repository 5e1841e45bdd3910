import { execFile, execFileSync, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { promisify } from 'node:util';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { freePort } from '../live/ports.ts';
import { exitOf, poll, type RunningProbe } from '../live/probe.ts';
import { startNginx } from './nginx.ts';

const run = promisify(execFile);
/** What iperf3 sends on each stream before it counts. */
const IPERF_COOKIE = 37;
const STREAMS = 4;

export interface Truth {
  connections: number;
  /** What the flows say otherwise than the programs; empty = exact. */
  differences: string[];
}

/**
 * iperf3: as much left one socket as reached the other, and that is what its two programs wrote and read. At the end
 * of a test they leave off with data on the way, so that what was written may be more than what was read.
 */
export async function compareIperf(
  probe: RunningProbe,
  way: 'upload' | 'download',
  size: string,
): Promise<Truth> {
  const streams = await iperf(probe, way === 'download' ? ['-R', '-n', size] : ['-n', size]);
  const differences = streams.flatMap(({ read, written, client, server }) => {
    const [from, to] = way === 'upload' ? [client, server] : [server, client];
    const payload = (from?.sent.bytes ?? Number.NaN) - (way === 'upload' ? IPERF_COOKIE : 0);
    return [
      ...differing('received by the other side', from?.sent.bytes ?? Number.NaN, to?.received.bytes),
      ...(payload >= read && payload <= written ? [] : [`sent: ${payload}, not from ${read} to ${written}`]),
      ...(way === 'download' ? differing('asked', IPERF_COOKIE, client?.sent.bytes) : []),
    ];
  });
  return {
    connections: streams.length,
    differences: [...differing('streams', STREAMS, streams.length), ...differences],
  };
}

/**
 * wrk against nginx: every connection, and the bytes of each as nginx's log has them. By the stream: how many
 * connections a machine makes in this time is not known, and the list of closed ones has an end.
 */
export async function compareRequests(probe: RunningProbe, seconds: number): Promise<Truth> {
  const port = freePort();
  const nginx = await startNginx(port);
  const stream = await probe.follow(`port=${port}&protocol=tcp`);
  const url = `http://127.0.0.1:${port}/`;
  await run('wrk', ['-c', '8', '-t', '1', '-d', String(seconds), '-H', 'Connection: close', url]);
  const requests = await nginx.stop();
  const served = () =>
    stream.events.filter(
      ({ type, received, source }) => type === 'flow.closed' && source.port === port && received.bytes > 0,
    );
  // A flow that does not come is a difference.
  await stream.until(() => served().length >= requests.length).catch(() => undefined);
  stream.stop();
  const key = (client: number, received: number, sent: number) => `${client}: ${received} in, ${sent} out`;
  const logged = requests.map((one) => key(one.port, one.received, one.sent)).sort();
  const found = served()
    .map(({ dest, received, sent }) => key(dest.port, received.bytes, sent.bytes))
    .sort();
  const wrong = found.find((text, index) => text !== logged[index]);
  const missed = stream.events.reduce((sum, { type, lost = 1 }) => sum + (type === 'lost' ? lost : 0), 0);
  return {
    connections: requests.length,
    differences: [
      ...differing('connections', logged.length, found.length),
      ...differing('events that the stream lost', 0, missed),
      ...(wrong === undefined ? [] : [`${wrong}, which nginx does not say`]),
    ],
  };
}

interface Stream {
  /** As iperf3 says. */
  written: number;
  read: number;
  client: FlowRecord | undefined;
  server: FlowRecord | undefined;
}

async function iperf(probe: RunningProbe, flags: string[]): Promise<Stream[]> {
  const port = freePort();
  const server = spawn('iperf3', ['-s', '-1', '-p', String(port)], { stdio: 'ignore' });
  const ended = exitOf(server);
  await poll(() => listens(port));
  const args = ['-c', '127.0.0.1', '-p', String(port), '-P', String(STREAMS), '-J', ...flags];
  const { start, end } = JSON.parse((await run('iperf3', args)).stdout);
  await ended;
  const flows = await closedSides(probe, port, (all) => all.length >= 2 * (STREAMS + 1));
  return start.connected.map(({ local_port: local }: { local_port: number }, index: number) => ({
    written: end.streams[index].sender.bytes,
    read: end.streams[index].receiver.bytes,
    client: flows.find(({ source }) => source.port === local),
    server: flows.find(({ dest }) => dest.port === local),
  }));
}

function differing(what: string, expected: number, found: number | undefined): string[] {
  return expected === found ? [] : [`${what}: ${found} instead of ${expected}`];
}

/** The closed flows of a port in this network namespace, once they are `complete` or do not come. */
async function closedSides(
  probe: RunningProbe,
  port: number,
  complete: (flows: FlowRecord[]) => boolean,
): Promise<FlowRecord[]> {
  const netns = statSync('/proc/self/ns/net').ino;
  let flows: FlowRecord[] = [];
  await poll(async () => {
    flows = await probe.flows(`port=${port}&netns=${netns}&state=closed`);
    return complete(flows);
  }).catch(() => undefined);
  return flows;
}

/** Without connecting: iperf3 takes the first connection for its test. */
function listens(port: number): boolean {
  return execFileSync('ss', ['-Hltn', `sport = ${port}`], { encoding: 'utf8' }) !== '';
}
