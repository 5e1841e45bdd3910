import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { makeNamespacePair, type NamespacePair } from './namespaces.ts';
import { freePort } from './ports.ts';
import { poll, type RunningProbe, startProbe } from './probe.ts';
import { type Traffic, traffic } from './traffic.ts';

let probe: RunningProbe;

beforeAll(async () => {
  probe = await startProbe();
});

afterAll(async () => {
  await probe.stop();
});

/** The closed flows of a port: the client's sides and the server's. */
async function sides(port: number, count = 1) {
  let flows: FlowRecord[] = [];
  await poll(async () => {
    flows = await probe.flows(`port=${port}&state=closed`);
    return flows.length >= 2 * count;
  });
  expect(flows).toHaveLength(2 * count);
  return {
    clients: flows.filter((flow) => flow.dest.port === port),
    servers: flows.filter((flow) => flow.source.port === port),
  };
}

const total = (flows: FlowRecord[], way: 'sent' | 'received') =>
  flows.reduce((sum, flow) => sum + flow[way].bytes, 0);

async function expectExact(done: Traffic, count = 1) {
  const { clients, servers } = await sides(done.port, count);
  expect([clients.length, servers.length]).toEqual([count, count]);
  expect({ sent: total(clients, 'sent'), received: total(clients, 'received') }).toEqual({
    sent: done.client.sent,
    received: done.client.received,
  });
  expect({ sent: total(servers, 'sent'), received: total(servers, 'received') }).toEqual({
    sent: done.server.sent,
    received: done.server.received,
  });
  return { clients, servers };
}

describe('a TCP connection over loopback', () => {
  it.each([
    ['nothing', '127.0.0.1', 0, 0],
    ['a little', '127.0.0.1', 1000, 2000],
    ['much', '127.0.0.1', 10_000_000, 3_000_001],
    ['a little over IPv6', '::1', 1000, 2000],
    ['much over IPv6', '::1', 10_000_000, 3_000_001],
  ])('that carries %s is exact on both sides', async (_, host, sent, received) => {
    const { clients, servers } = await expectExact(await traffic('transfer', { host, sent, received }));
    const family = host === '::1' ? 'ipv6' : 'ipv4';
    expect(clients[0]).toMatchObject({ family, source: { ip: host }, dest: { ip: host } });
    expect(servers[0]).toMatchObject({ family, source: { ip: host }, dest: { ip: host } });
  });

  it.each(['mapped', 'half-close', 'client-reset', 'unread', 'shared'])(
    'with its end made special (%s) is exact on both sides',
    async (name) => {
      await expectExact(await traffic(name, { sent: 60_000, received: 3_000 }));
    },
  );

  it('of one socket used three times is three flows, each exact', async () => {
    const done = await traffic('reconnect', { sent: 1000, received: 500, count: 3 });
    const { clients } = await expectExact(done, 3);
    expect(new Set(clients.map(({ id }) => id)).size).toBe(3);
    expect(clients.map(({ sent }) => sent.bytes)).toEqual([1000, 1000, 1000]);
  });

  it('from the port of the one before it, within a millisecond, is a flow of its own each time', async () => {
    // One that no later listener is given.
    const ports = { 'from-port': freePort() };
    const done = await traffic('reuse', { ...ports, sent: 1000, received: 500, count: 200 });
    const { clients } = await expectExact(done, 200);
    expect(new Set(clients.map(({ source }) => source.port)).size).toBe(1);
    expect(new Set(clients.map(({ id }) => id)).size).toBe(200);
    expect(new Set(clients.map(({ sent }) => sent.bytes))).toEqual(new Set([1000]));
    const times = clients.flatMap(({ openedAt = '', closedAt = '' }) => [openedAt, closedAt]);
    expect(times).toEqual(times.toSorted());
  });

  it('has its owner, direction, times and measurements on each side', async () => {
    const before = Date.now();
    const done = await traffic('transfer', { sent: 5000, received: 6000, hold: 0.5 });
    const { clients, servers } = await sides(done.port);
    const [client] = clients;
    const [server] = servers;
    expect(client).toMatchObject({
      protocol: 'tcp',
      direction: 'local',
      role: 'client',
      state: 'closed',
      process: { pid: done.client.pid, comm: 'python3' },
      retransmits: 0,
    });
    expect(server).toMatchObject({
      direction: 'local',
      role: 'server',
      state: 'closed',
      process: { pid: done.server.pid, comm: 'python3' },
    });
    expect(client?.process?.exe).toMatch(/python3/);
    expect(client?.cgroup?.id).toBe(server?.cgroup?.id);
    expect(client?.cgroup?.path).toMatch(/^\//);
    expect(client?.netns).toBe(Number(statSync('/proc/self/ns/net').ino));
    expect(client?.connectUs).toBeGreaterThan(0);
    expect(client?.rttUs).toBeGreaterThan(0);
    expect(client?.failure).toBeUndefined();
    expect(Date.parse(client?.openedAt ?? '')).toBeGreaterThanOrEqual(before - 5);
    expect(Date.parse(client?.closedAt ?? '')).toBeLessThanOrEqual(Date.now() + 5);
    expect(client?.durationNs).toBeGreaterThan(0);
    expect(client?.source).toEqual(server?.dest);
    expect(client?.id).not.toBe(server?.id);
  });

  it('belongs to the worker that was forked for it, which is gone by then', async () => {
    const done = await traffic('forked', { sent: 5000, received: 6000 });
    const { clients, servers } = await expectExact(done);
    expect(servers[0]?.process).toEqual({ ...clients[0]?.process, pid: done.server.pid });
    expect(servers[0]?.process?.exe).toMatch(/python3/);
  });

  it('belongs to the cgroup in which its socket was made', async () => {
    const root = statSync('/sys/fs/cgroup/cgroup.procs', { throwIfNoEntry: false })
      ? '/sys/fs/cgroup'
      : '/sys/fs/cgroup/unified';
    const folder = `${root}/sysprobe-test-${process.pid}`;
    mkdirSync(folder);
    try {
      const done = await traffic('transfer', { sent: 10, 'cgroup-server': folder });
      const { clients, servers } = await sides(done.port);
      const id = Number(statSync(folder).ino);
      expect(servers[0]?.cgroup).toEqual({ id, path: `/sysprobe-test-${process.pid}` });
      expect(clients[0]?.cgroup?.id).not.toBe(id);
    } finally {
      rmdirSync(folder);
    }
  });

  it('that is refused has the reason', async () => {
    const { port, client } = await traffic('refused');
    let flows: FlowRecord[] = [];
    await poll(async () => {
      flows = await probe.flows(`port=${port}`);
      return flows.length > 0;
    });
    expect(flows).toMatchObject([
      { role: 'client', state: 'closed', failure: 'refused', errno: 111, process: { pid: client.pid } },
    ]);
    expect(flows[0]?.connectUs).toBeUndefined();
  });

  it('that the peer resets has the reason on the side that met it', async () => {
    const { clients, servers } = await sides((await traffic('client-reset', { sent: 10 })).port);
    expect(servers[0]).toMatchObject({ failure: 'reset', errno: 104 });
    expect(clients[0]?.failure).toBeUndefined();
  });
});

describe('a TCP connection between two network namespaces', () => {
  let pair: NamespacePair;

  beforeAll(() => {
    pair = makeNamespacePair('tcp');
  });

  afterAll(() => pair.remove());

  it.each(['ip', 'ip6'] as const)('is exact on both sides, local to the node (%s)', async (family) => {
    const done = await traffic('transfer', {
      host: pair.right[family],
      sent: 2_000_000,
      received: 1_000_001,
      'netns-client': pair.left.name,
      'netns-server': pair.right.name,
    });
    const { clients, servers } = await expectExact(done);
    const netns = (name: string) => Number(statSync(`/run/netns/${name}`).ino);
    expect(clients[0]).toMatchObject({
      netns: netns(pair.left.name),
      direction: 'local',
      role: 'client',
      source: { ip: pair.left[family] },
      dest: { ip: pair.right[family], port: done.port },
      process: { pid: done.client.pid },
    });
    expect(servers[0]).toMatchObject({
      netns: netns(pair.right.name),
      direction: 'local',
      role: 'server',
      process: { pid: done.server.pid },
    });
  });
});
