import { execFile, execFileSync, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { makeNamespacePair } from '../live/namespaces.ts';
import { exitOf, poll, type RunningProbe, startProbe } from '../live/probe.ts';
import { traffic } from '../live/traffic.ts';
import { startNginx } from './nginx.ts';

const run = promisify(execFile);
const netns = Number(statSync('/proc/self/ns/net').ino);

let probe: RunningProbe;

beforeAll(async () => {
  probe = await startProbe();
});

afterAll(async () => {
  await probe.stop();
});

let lastPort = 20_000 + (process.pid % 10_000);
const freePort = () => ++lastPort;

/** Without connecting: iperf3 takes the first connection for its test. */
function listens(port: number): boolean {
  return execFileSync('ss', ['-Hltn', `sport = ${port}`], { encoding: 'utf8' }) !== '';
}

async function closedSides(query: string, count: number): Promise<FlowRecord[]> {
  let flows: FlowRecord[] = [];
  await poll(async () => {
    flows = await probe.flows(`${query}&state=closed`);
    return flows.length >= count;
  });
  return flows;
}

const sum = (flows: FlowRecord[], way: 'sent' | 'received') =>
  flows.reduce((total, flow) => total + flow[way].bytes, 0);

describe('what programs say of themselves is what their flows say', () => {
  /** Runs iperf3 with four streams; each with what it reported and the flows of both sides. */
  async function iperf(flags: string[]) {
    const port = freePort();
    const server = spawn('iperf3', ['-s', '-1', '-p', String(port)], { stdio: 'ignore' });
    const ended = exitOf(server);
    await poll(() => listens(port));
    const args = ['-c', '127.0.0.1', '-p', String(port), '-P', '4', '-n', '40M', '-J', ...flags];
    const { start, end } = JSON.parse((await run('iperf3', args)).stdout);
    await ended;
    const flows = await closedSides(`port=${port}&netns=${netns}`, 10);
    return start.connected.map(({ local_port: local }: { local_port: number }, index: number) => ({
      written: end.streams[index].sender.bytes as number,
      read: end.streams[index].receiver.bytes as number,
      client: flows.find(({ source }) => source.port === local),
      server: flows.find(({ dest }) => dest.port === local),
    })) as { written: number; read: number; client?: FlowRecord; server?: FlowRecord }[];
  }

  /** What iperf3 sends on each stream before it counts. */
  const cookie = 37;

  it('iperf3: every stream of a download, to the byte', async () => {
    const streams = await iperf(['-R']);
    expect(streams).toHaveLength(4);
    expect(streams.map(({ client }) => client?.received.bytes)).toEqual(streams.map(({ read }) => read));
    expect(streams.map(({ client }) => client?.sent.bytes)).toEqual(streams.map(() => cookie));
  });

  it('iperf3: every stream of an upload, which its server cuts off, as much as crossed', async () => {
    for (const { client, server, written, read } of await iperf([])) {
      expect(client?.sent.bytes).toBe(server?.received.bytes);
      expect(client?.sent.bytes).toBeGreaterThanOrEqual(read + cookie);
      expect(client?.sent.bytes).toBeLessThanOrEqual(written + cookie);
    }
  });

  it('wrk and nginx: every connection and the bytes of each', async () => {
    const port = freePort();
    const nginx = await startNginx(port);
    const url = `http://127.0.0.1:${port}/`;
    await run('wrk', ['-c', '8', '-t', '1', '-d', '2', '-H', 'Connection: close', url]);
    const requests = await nginx.stop();
    const flows = (
      await closedSides(`port=${port}&netns=${netns}&direction=incoming`, requests.length)
    ).filter(({ received }) => received.bytes > 0);
    expect(requests.length).toBeGreaterThan(1000);
    expect(flows).toHaveLength(requests.length);
    expect(sum(flows, 'received')).toBe(requests.reduce((total, { received }) => total + received, 0));
    const key = (client: number, bytes: number) => `${client} ${bytes}`;
    expect(flows.map(({ dest, sent }) => key(dest.port, sent.bytes)).sort()).toEqual(
      requests.map(({ port: client, sent }) => key(client, sent)).sort(),
    );
  });
});

describe('a network that loses 5 % of the packets', () => {
  it('changes nothing of the payload, and shows as retransmits', async () => {
    const pair = makeNamespacePair('drop');
    try {
      const rules = [
        'add table inet lossy',
        'add chain inet lossy input { type filter hook input priority 0; }',
        'add rule inet lossy input meta l4proto tcp numgen random mod 100 < 5 drop',
      ].join('\n');
      for (const { name } of [pair.left, pair.right]) {
        execFileSync('ip', ['netns', 'exec', name, 'nft', '-f', '-'], { input: rules });
      }
      const done = await traffic('transfer', {
        host: pair.right.ip,
        sent: 2_000_000,
        received: 1_000_000,
        'netns-client': pair.left.name,
        'netns-server': pair.right.name,
      });
      const ns = Number(statSync(`/run/netns/${pair.left.name}`).ino);
      const [client] = await closedSides(`port=${done.port}&netns=${ns}`, 1);
      expect(client).toMatchObject({ sent: { bytes: 2_000_000 }, received: { bytes: 1_000_000 } });
      expect(client?.retransmits).toBeGreaterThan(0);
      const peer = Number(statSync(`/run/netns/${pair.right.name}`).ino);
      const [server] = await closedSides(`port=${done.port}&netns=${peer}`, 1);
      expect(server).toMatchObject({ sent: { bytes: 1_000_000 }, received: { bytes: 2_000_000 } });
    } finally {
      pair.remove();
    }
  });
});

describe('a multipath TCP connection', () => {
  it('is the flow of its subflow, exact', async () => {
    const done = await traffic('mptcp', { sent: 300_000, received: 5_000 });
    const flows = await closedSides(`port=${done.port}&netns=${netns}`, 2);
    expect(flows).toHaveLength(2);
    const client = flows.find(({ role }) => role === 'client');
    expect(client).toMatchObject({ sent: { bytes: done.client.sent }, process: { pid: done.client.pid } });
  });
});

describe('TCP Fast Open', () => {
  it('counts what travelled in the SYN', async () => {
    const pair = makeNamespacePair('tfo');
    try {
      for (const { name } of [pair.left, pair.right]) {
        execFileSync('ip', ['netns', 'exec', name, 'sysctl', '-qw', 'net.ipv4.tcp_fastopen=3']);
      }
      const done = await traffic('fast-open', {
        host: pair.right.ip,
        sent: 900,
        received: 100,
        count: 3,
        'netns-client': pair.left.name,
        'netns-server': pair.right.name,
      });
      for (const [side, name] of [
        ['client', pair.left.name],
        ['server', pair.right.name],
      ] as const) {
        const ns = Number(statSync(`/run/netns/${name}`).ino);
        const flows = await closedSides(`port=${done.port}&netns=${ns}`, 3);
        expect(flows).toHaveLength(3);
        expect([sum(flows, 'sent'), sum(flows, 'received')]).toEqual([done[side].sent, done[side].received]);
      }
    } finally {
      pair.remove();
    }
  });
});
