import { expect, it } from 'vitest';
import type { MapChange, MapGraph } from '../../src/map/types.ts';
import {
  closed,
  localConnection,
  openStream,
  readEvents,
  runAgent,
  socketPath,
  TestProbe,
  until,
} from './harness.ts';

async function probeAndAgent(options: Parameters<typeof runAgent>[1] = {}) {
  const socket = socketPath();
  const probe = await new TestProbe(socket).start();
  const agent = await runAgent(socket, options);
  await until(
    () => agent.status(),
    (status) => status.probe.connected,
  );
  return { probe, agent };
}

it('shows both sides of a local connection as one edge', async () => {
  const { probe, agent } = await probeAndAgent();
  const { client, server } = localConnection('c', { sent: 1234, received: 56_789 });
  probe.tell('flow.opened', client, server);
  const graph = await until(
    () => agent.map(),
    ({ edges }) => edges.length > 0,
  );
  expect(graph.nodes.map(({ id, name }) => [id, name])).toEqual([
    ['process:host/curl', 'curl'],
    ['process:host/nginx', 'nginx'],
  ]);
  expect(graph.edges).toMatchObject([
    {
      source: 'process:host/curl',
      target: 'process:host/nginx',
      port: 80,
      protocol: 'tcp',
      connections: { active: 1, opened: 1, closed: 0, failed: {} },
      bytes: { forward: 1234, backward: 56_789 },
    },
  ]);
});

it('counts failures by their reason', async () => {
  const { probe, agent } = await probeAndAgent();
  const { client } = localConnection('c', { sent: 0, received: 0 });
  probe.tell('flow.closed', { ...closed(client), failure: 'refused', errno: 111 });
  const { edges } = await until(
    () => agent.map(),
    (graph) => graph.edges.length > 0,
  );
  expect(edges[0]?.connections).toEqual({ active: 0, opened: 0, closed: 0, failed: { refused: 1 } });
});

it('draws the map of the flows that match, with the names of both their ends', async () => {
  const { probe, agent } = await probeAndAgent();
  const web = localConnection('web');
  const database = localConnection('db', { port: 5432 });
  probe.tell('flow.opened', web.client, web.server, database.client, database.server);
  await until(
    () => agent.map(),
    ({ edges }) => edges[0]?.connections.active === 2,
  );
  const { nodes, edges } = await agent.map('?pid=200&to-port=5432');
  expect(nodes.map(({ name }) => name)).toEqual(['curl', 'nginx']);
  expect(edges).toMatchObject([{ ports: [5432], connections: { active: 1 } }]);
  expect((await agent.map('?comm=nobody')).edges).toEqual([]);
});

it('lists so many nodes as asked, and says how many it hides', async () => {
  const { probe, agent } = await probeAndAgent();
  const flows = Array.from({ length: 20 }, (_, i) => {
    const { client } = localConnection(`c${i}`, { sent: i });
    return { ...client, dest: { ip: `10.0.1.${i}`, port: 80 }, direction: 'outgoing' as const };
  });
  probe.tell('flow.opened', ...flows);
  await until(
    () => agent.map(),
    ({ edges }) => edges.length === 20,
  );
  const { nodes, hidden } = await agent.map('?limit=5');
  expect(nodes).toHaveLength(5);
  expect(hidden).toEqual({ nodes: 16, edges: 16 });
});

it('streams the map, then its changes', async () => {
  const { probe, agent } = await probeAndAgent();
  const { client, server } = localConnection('c');
  probe.tell('flow.opened', client, server);
  await until(
    () => agent.map(),
    ({ edges }) => edges.length === 1,
  );
  const stream = await openStream(agent, '/api/v1/map?group=address', 'text/event-stream');
  expect(stream.headers['content-type']).toBe('text/event-stream');
  const events = readEvents(stream);
  const first = await events.next();
  expect(first.value?.event).toBe('map');
  expect(first.value?.data).toMatchObject({ group: 'address' });

  const other = localConnection('other', { sent: 5, received: 6 });
  probe.tell('flow.opened', { ...other.client, dest: { ip: '192.0.2.1', port: 443 }, direction: 'outgoing' });
  const second = await events.next();
  expect(second.value?.event).toBe('change');
  const change = second.value?.data as MapChange;
  expect(change.nodes.upserted.map(({ id }) => id)).toContain('address:192.0.2.1');
  expect(change.edges).toMatchObject({ upserted: [{ target: 'address:192.0.2.1' }], removed: [] });
});

it('gives a client that reads late all changes as one', async () => {
  const { probe, agent } = await probeAndAgent();
  const stream = await openStream(agent, '/api/v1/map', 'text/event-stream');
  const flows = Array.from({ length: 800 }, (_, i) => {
    const { client } = localConnection(`c${i}`);
    return { ...client, dest: { ip: `10.1.${i >> 8}.${i & 255}`, port: 80 }, direction: 'outgoing' as const };
  });
  // Larger than what the sockets hold, again and again: the client reads none of it.
  for (let round = 1; round <= 4; round++) {
    const bytes = round * 1000;
    probe.tell('flow.updated', ...flows.map((flow) => ({ ...flow, sent: { bytes, packets: round } })));
    await until(
      () => agent.map(),
      ({ edges }) => edges[0]?.bytes.forward === bytes,
    );
  }
  const state = new Map<string, number>();
  let events = 0;
  for await (const { event, data } of readEvents(stream)) {
    events += 1;
    const edges = event === 'map' ? (data as MapGraph).edges : (data as MapChange).edges.upserted;
    for (const edge of edges) state.set(edge.id, edge.bytes.forward);
    if (state.size === 800 && [...state.values()].every((bytes) => bytes === 4000)) break;
  }
  expect(events).toBeLessThanOrEqual(6);
});

it('frees the place of a client that went away', async () => {
  const { agent } = await probeAndAgent({ limits: { streams: 1 } });
  const stream = await openStream(agent, '/api/v1/map', 'text/event-stream');
  expect((await fetch(`${agent.url}/api/v1/map`, { headers: { accept: 'text/event-stream' } })).status).toBe(
    503,
  );
  stream.destroy();
  await until(
    () => agent.status(),
    ({ streams }) => streams.open === 0,
  );
});

it('ends its streams when it stops', async () => {
  const { agent } = await probeAndAgent();
  const stream = await openStream(agent, '/api/v1/map', 'text/event-stream');
  const events = readEvents(stream);
  await events.next();
  const [, rest] = await Promise.all([agent.stop(), events.next()]);
  expect(rest.done).toBe(true);
});
