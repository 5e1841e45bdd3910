import { expect, it } from 'vitest';
import type { MapGraph, MapTimeline } from '../../src/map/types.ts';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { CODECS } from '../../src/wire/kinds.ts';
import { closed, localConnection, runAgent, socketPath, TestProbe, until } from './harness.ts';

async function probeAndAgent(config: Parameters<typeof runAgent>[1] = {}) {
  const socket = socketPath();
  const probe = await new TestProbe(socket).start();
  const agent = await runAgent(socket, { ...config, config: { historySeconds: 3600, ...config.config } });
  await until(
    () => agent.status(),
    ({ probe: { connected } }) => connected,
  );
  return { probe, agent };
}

const minutesAgo = (minutes: number) =>
  `${new Date(Date.now() - minutes * 60_000).toISOString().slice(0, -1)}000000Z`;

/** Both sides of a connection that was open for a moment then. */
function past(id: string, minutes: number) {
  const at = { openedAt: minutesAgo(minutes), lastSeenAt: minutesAgo(minutes) };
  const { client, server } = localConnection(id, { sent: 10, received: 20 });
  return [client, server].map((flow) => ({ ...closed(flow), ...at, closedAt: at.lastSeenAt }));
}

it('draws the map of any window of the last hour', async () => {
  const { probe, agent } = await probeAndAgent();
  probe.tell('flow.closed', ...past('a', 40), ...past('b', 39), ...past('c', 10));
  const ofAll = await until(
    () => agent.map('?since=1h'),
    ({ edges }) => edges[0]?.connections.closed === 3,
  );
  expect(ofAll.window.live).toBe(true);
  const earlier = await agent.map('?since=45m&until=30m');
  expect(earlier.window.live).toBe(false);
  expect(earlier.edges).toMatchObject([
    { connections: { opened: 2, closed: 2, active: 0 }, bytes: { forward: 20, backward: 40 } },
  ]);
  expect((await agent.map('')).edges).toEqual([]);
  expect((await agent.map('?since=45m&until=30m&comm=curl')).edges).toMatchObject([
    { connections: { closed: 2 } },
  ]);
});

it('draws the same map of a window from the flows that match as from all', async () => {
  const { probe, agent } = await probeAndAgent();
  const { client, server } = localConnection('long');
  const report = (minutes: number, bytes: number) =>
    [client, server].map((flow) => ({
      ...flow,
      openedAt: minutesAgo(40),
      lastSeenAt: minutesAgo(minutes),
      sent: { bytes: flow.role === 'client' ? bytes : 2 * bytes, packets: bytes },
      received: { bytes: flow.role === 'client' ? 2 * bytes : bytes, packets: bytes },
    }));
  probe.tell('flow.opened', ...report(40, 100));
  probe.tell('flow.updated', ...report(30, 150));
  probe.tell('flow.updated', ...report(20, 170));
  probe.tell('flow.updated', ...report(10, 1170));
  probe.tell('flow.closed', ...past('other', 21));
  await until(
    () => agent.map('?since=45m'),
    ({ edges }) => edges[0]?.bytes.forward === 1180,
  );
  for (const [window, forward] of [
    ['since=45m&until=35m', 100],
    ['since=35m&until=25m', 50],
    ['since=25m&until=15m', 30],
    ['since=15m', 1000],
    ['since=50m', 1180],
  ] as const) {
    const [all] = (await agent.map(`?${window}`)).edges;
    const [matching] = (await agent.map(`?${window}&comm=curl`)).edges;
    expect(all?.bytes).toEqual({ forward, backward: 2 * forward });
    expect({ ...matching, lastSeenAt: '', signals: {} }).toEqual({ ...all, lastSeenAt: '', signals: {} });
    expect(all?.connections.active).toBe(1);
  }
});

it('lists flows that have left the table, when a window is asked for', async () => {
  const { probe, agent } = await probeAndAgent({ config: { maxClosedFlows: 2 } });
  const flows = Array.from({ length: 10 }, (_, i) => past(`f${i}`, 40 - i)).flat();
  probe.tell('flow.closed', ...flows);
  const list = async (query: string) => {
    const { flows: listed } = await agent.json<{ flows: FlowRecord[] }>(`/api/v1/flows?${query}`);
    return listed;
  };
  await until(
    () => list('since=1h'),
    (listed) => listed.length === 20,
  );
  expect(await list('since=1h')).toEqual(flows);
  const window = await list('since=39m30s&until=36m30s&comm=nginx');
  expect(window.map(({ id }) => id)).toEqual(['f1-server', 'f2-server', 'f3-server']);
  expect(await list('since=1h&last=3')).toEqual(flows.slice(-3));
  expect((await list('all=true')).length).toBeLessThan(5);
});

it('tells when there was something', async () => {
  const { probe, agent } = await probeAndAgent();
  const [client] = past('f', 20);
  probe.tell('flow.closed', ...past('a', 40), ...(client ? [{ ...client, failure: 'reset' as const }] : []));
  const timeline = await until(
    () => agent.json<MapTimeline>('/api/v1/timeline?buckets=60'),
    ({ buckets }) => buckets.some(({ failed }) => failed > 0),
  );
  expect(timeline.bucketMs).toBe(60_000);
  const busy = timeline.buckets.filter(({ bytes }) => bytes > 0);
  expect(busy.map(({ bytes, opened, failed }) => [bytes, opened, failed])).toEqual([
    [30, 1, 0],
    [30, 1, 1],
  ]);
  // Both sides of the first match; the second is known from its client alone.
  const matching = async (filter: string) => {
    const { buckets } = await agent.json<MapTimeline>(`/api/v1/timeline?buckets=60&${filter}`);
    return buckets.filter(({ bytes }) => bytes > 0);
  };
  expect(await matching('protocol=tcp')).toEqual(busy);
  expect(await matching('comm=curl&failure')).toEqual(busy.slice(1));
  expect(await matching('since=30m&comm=nginx')).toEqual([]);
  const minutes = busy.map(({ at }) => (Date.now() - Date.parse(at)) / 60_000);
  expect(minutes.map((ago, i) => ago - (i === 0 ? 40 : 20) - 0.5).every((off) => Math.abs(off) <= 1)).toBe(
    true,
  );
  const answer = await fetch(`${agent.url}/api/v1/timeline?buckets=0`);
  expect(await answer.json()).toMatchObject({ error: { code: 'SP_QUERY_INVALID', parameter: 'buckets' } });
  const head = await fetch(`${agent.url}/api/v1/timeline?port=80`, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-type')]).toEqual([200, 'application/json']);
});

it('shows DNS questions on their edge and what containers use on their node', async () => {
  const { probe, agent } = await probeAndAgent();
  const container = { id: 'c'.repeat(64), runtime: 'containerd' };
  const { client } = localConnection('q', { port: 53 });
  const flow = { ...client, protocol: 'udp' as const, container };
  probe.events.append(
    'container.started',
    CODECS.container.toRow({
      ...container,
      state: 'running',
      cpu: { millicores: 250, limitMillicores: 1000 },
      memory: { workingSetBytes: 5_000_000 },
    }),
  );
  for (const [id, rcode] of [
    ['d1', 'NOERROR'],
    ['d2', 'SERVFAIL'],
    ['d2', 'SERVFAIL'],
  ] as const) {
    const row = CODECS.dns.toRow({
      id,
      askedAt: flow.openedAt,
      question: { name: 'shop.test', type: 'A' },
      source: flow.source,
      server: flow.dest,
      transport: 'udp',
      outcome: 'answered',
      rcode,
      latencyUs: 900,
      netns: flow.netns,
      process: flow.process,
      container,
    });
    probe.events.append('dns', row);
  }
  probe.tell('flow.opened', flow);
  const graph = await until(
    () => agent.map('?group=container'),
    ({ edges }: MapGraph) => edges[0]?.connections.active === 1 && edges[0].dns?.queries === 2,
  );
  expect(graph.edges).toMatchObject([
    {
      dns: { queries: 2, failed: { SERVFAIL: 1 }, latency: { count: 2 } },
      signals: { errors: { failed: 1 } },
    },
  ]);
  const matching = await agent.map('?group=container&protocol=udp&to-port=53');
  expect(matching.edges[0]?.dns).toEqual(graph.edges[0]?.dns);
  expect((await agent.map('?group=container&protocol=udp&not=true&to-port=53')).edges).toEqual([]);
  expect(graph.nodes.find(({ kind }) => kind === 'container')?.saturation).toEqual({
    containers: 1,
    cpu: { millicores: 250, limitMillicores: 1000 },
    memory: { workingSetBytes: 5_000_000 },
  });
});

it('counts lookups for the server that its own flow tells of later', async () => {
  const { probe, agent } = await probeAndAgent();
  const sides = localConnection('s', { port: 53 });
  const asking = { ...sides.client, protocol: 'udp' as const };
  const answering = { ...sides.server, protocol: 'udp' as const };
  const row = CODECS.dns.toRow({
    id: 'd3',
    askedAt: asking.openedAt,
    question: { name: 'shop.test', type: 'A' },
    source: asking.source,
    server: asking.dest,
    transport: 'udp',
    outcome: 'answered',
    rcode: 'NOERROR',
    netns: asking.netns,
    process: asking.process,
  });
  probe.events.append('dns', row);
  probe.tell('flow.opened', asking);
  probe.tell('flow.opened', answering);
  const { edges } = await until(
    () => agent.map('?group=process'),
    (map: MapGraph) => map.edges.some(({ dns }) => dns?.queries === 1),
  );
  expect(edges).toHaveLength(1);
});

it('has no figures of DNS with a filter when some of the window are no longer kept', async () => {
  const { probe, agent } = await probeAndAgent({ config: { dnsMax: 2 } });
  const { client } = localConnection('q', { port: 53 });
  const asking = { ...client, protocol: 'udp' as const, openedAt: minutesAgo(30) };
  for (const [id, minutes] of [
    ['old', 20],
    ['mid', 10],
    ['new', 1],
  ] as const) {
    const { source, dest: server, netns, process } = asking;
    const row = CODECS.dns.toRow({
      ...{ id, source, server, netns, process, transport: 'udp', outcome: 'timeout' },
      askedAt: minutesAgo(minutes),
      question: { name: 'shop.test', type: 'A' },
    });
    probe.events.append('dns', row);
  }
  probe.tell('flow.opened', asking);
  const queries = async (query: string) => {
    const { edges } = await agent.map(query);
    return edges.map(({ dns }) => dns?.queries);
  };
  await until(
    () => queries('?since=50m'),
    ([count]) => count === 3,
  );
  expect(await queries('?since=50m&comm=curl')).toEqual([undefined]);
  expect(await queries('?since=15m&comm=curl')).toEqual([2]);
});
