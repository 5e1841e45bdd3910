import { expect, test } from 'vitest';
import { graphFromSnapshot } from '../graph/state.ts';
import { aFlow, aGraph, aNode, anEdge } from '../testing/samples.ts';
import { FlowIndex } from './belongs.ts';

const CURL = 'process:host/curl';
const NGINX = 'process:host/nginx';
const EXAMPLE = 'domain:example.org';

const graph = graphFromSnapshot(
  aGraph({
    nodes: [aNode(CURL), aNode(NGINX), aNode(EXAMPLE, { kind: 'domain' })],
    edges: [anEdge(CURL, NGINX, { ports: [80] }), anEdge(CURL, EXAMPLE, { ports: [443] })],
  }),
);
const client = aFlow('c', {
  role: 'client',
  process: { comm: 'curl' },
  source: { ip: '127.0.0.1', port: 40_000 },
  dest: { ip: '127.0.0.1', port: 80 },
});
const server = aFlow('s', {
  role: 'server',
  process: { comm: 'nginx' },
  source: { ip: '127.0.0.1', port: 80 },
  dest: { ip: '127.0.0.1', port: 40_000 },
});
const outside = aFlow('o', {
  role: 'client',
  process: { comm: 'curl' },
  source: { ip: '10.0.0.5', port: 40_001 },
  dest: { ip: '192.0.2.1', port: 443, domain: 'example.org' },
});
const index = (...flows: (typeof client)[]) => new FlowIndex(flows, { graph, group: 'process' });

test('both sides of a connection are on the one edge', () => {
  const both = index(client, server);
  expect(both.edgeOf(client)?.id).toBe(`${CURL}>${NGINX}`);
  expect(both.edgeOf(server)?.id).toBe(`${CURL}>${NGINX}`);
});

test('one side alone finds its edge by the port', () => {
  expect(index(client).edgeOf(client)?.id).toBe(`${CURL}>${NGINX}`);
  expect(index(server).edgeOf(server)?.id).toBe(`${CURL}>${NGINX}`);
});

test('a peer that is no node of its own is found in the network, or among the others', () => {
  const [network, others] = ['network:192.0.2.0/24', 'network:*'];
  const gathered = graphFromSnapshot(
    aGraph({
      nodes: [aNode(CURL), aNode(network, { kind: 'network' }), aNode(others, { kind: 'network' })],
      edges: [anEdge(CURL, network, { ports: [443] }), anEdge(CURL, others, { ports: [443] })],
    }),
  );
  const edgeTo = (ip: string) => {
    const flow = { ...outside, dest: { ip, port: 443 } };
    return new FlowIndex([flow], { graph: gathered, group: 'process' }).edgeOf(flow)?.id;
  };
  expect(edgeTo('192.0.2.77')).toBe(`${CURL}>${network}`);
  expect(edgeTo('198.51.100.1')).toBe(`${CURL}>${others}`);
});

test('a peer outside the node is found by its observed name', () => {
  expect(index(outside).edgeOf(outside)?.id).toBe(`${CURL}>${EXAMPLE}`);
});

test('a node and an edge have each of their connections once', () => {
  const all = index(client, server, outside);
  const of = (kind: 'node' | 'edge', id: string) =>
    [client, server, outside].filter((flow) => all.belongs(flow, { kind, id })).map(({ id }) => id);
  expect(of('node', CURL)).toEqual(['c', 'o']);
  expect(of('node', NGINX)).toEqual(['s']);
  expect(of('node', EXAMPLE)).toEqual(['o']);
  expect(of('edge', `${CURL}>${NGINX}`)).toEqual(['c']);
});

test('the other side stands in where the own record is not in the list', () => {
  expect(index(client).belongs(client, { kind: 'node', id: NGINX })).toBe(true);
  expect(index(server).belongs(server, { kind: 'edge', id: `${CURL}>${NGINX}` })).toBe(true);
});

test('a flow whose connection left the map has no edge', () => {
  const gone = aFlow('g', { role: 'client', process: { comm: 'wget' }, dest: { ip: '192.0.2.9', port: 21 } });
  expect(index(gone).edgeOf(gone)).toBeUndefined();
});
