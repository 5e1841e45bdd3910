import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { makeNamespacePair } from '../live/namespaces.ts';
import { poll, type RunningProbe, startProbe } from '../live/probe.ts';
import { traffic } from '../live/traffic.ts';
import { compareIperf, compareRequests } from './compare.ts';

const netns = Number(statSync('/proc/self/ns/net').ino);

let probe: RunningProbe;

beforeAll(async () => {
  probe = await startProbe();
});

afterAll(async () => {
  await probe.stop();
});

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
  it.each(['upload', 'download'] as const)('iperf3: every stream of an %s, to the byte', async (way) => {
    expect(await compareIperf(probe, way, '40M')).toEqual({ connections: 4, differences: [] });
  });

  it('wrk and nginx: every connection and the bytes of each', async () => {
    const { connections, differences } = await compareRequests(probe, 2);
    expect(differences).toEqual([]);
    expect(connections).toBeGreaterThan(1000);
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
      // In packets of up to 64 KiB: so many that none of them being lost is out of the question.
      const done = await traffic('transfer', {
        host: pair.right.ip,
        sent: 8_000_000,
        received: 1_000_000,
        'netns-client': pair.left.name,
        'netns-server': pair.right.name,
      });
      const ns = Number(statSync(`/run/netns/${pair.left.name}`).ino);
      const [client] = await closedSides(`port=${done.port}&netns=${ns}`, 1);
      expect(client).toMatchObject({ sent: { bytes: 8_000_000 }, received: { bytes: 1_000_000 } });
      expect(client?.retransmits).toBeGreaterThan(0);
      const peer = Number(statSync(`/run/netns/${pair.right.name}`).ino);
      const [server] = await closedSides(`port=${done.port}&netns=${peer}`, 1);
      expect(server).toMatchObject({ sent: { bytes: 1_000_000 }, received: { bytes: 8_000_000 } });
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
