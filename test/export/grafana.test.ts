import { expect, test } from 'vitest';
import { localConnection, runAgent, socketPath, TestProbe, until } from '../agent/harness.ts';

interface NodeGraph {
  nodes: { id: string; title: string }[];
  edges: { id: string; source: string; target: string; secondarystat: string }[];
}

test("the map in the form of Grafana's node graph, on both paths", async () => {
  const socket = socketPath();
  const probe = await new TestProbe(socket).start();
  const agent = await runAgent(socket);
  const { client, server } = localConnection('a', { port: 8080 });
  probe.tell('flow.opened', client, server);
  await until(agent.map, ({ edges }) => edges.length === 1);

  const graph = await agent.json<NodeGraph>('/api/v1/map?group=process&format=grafana');
  const titles = new Map(graph.nodes.map(({ id, title }) => [id, title]));
  expect(graph.edges.map(({ source, target }) => [titles.get(source), titles.get(target)])).toEqual([
    ['curl', 'nginx'],
  ]);
  expect(graph.edges[0]?.secondarystat).toBe('8080/tcp');
  expect(await agent.json('/api/graph/data?group=process')).toEqual(graph);
  expect(await agent.json('/api/graph/fields')).toMatchObject({ nodes_fields: expect.arrayContaining([]) });
  expect((await fetch(`${agent.url}/api/health`)).status).toBe(200);
  expect((await agent.json<NodeGraph>('/api/v1/map?format=grafana&comm=nobody')).edges).toEqual([]);
  expect(await agent.json('/api/v1/map?format=graphviz')).toMatchObject({
    error: { code: 'SP_QUERY_INVALID', parameter: 'format', allowed: ['grafana'] },
  });
});
