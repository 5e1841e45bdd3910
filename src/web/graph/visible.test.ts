import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aGraph, aNode, anEdge } from '../testing/samples.ts';
import { graphFromSnapshot } from './state.ts';
import { visibleGraph } from './visible.ts';

const shop = graphFromSnapshot(
  aGraph({
    nodes: [
      aNode('curl'),
      aNode('nginx', { sent: { bytes: 5000, packets: 1 } }),
      aNode('redis', { detail: { pid: 4711 } }),
      aNode('idle'),
    ],
    edges: [anEdge('curl', 'nginx'), anEdge('nginx', 'redis')],
  }),
);
const ids = (nodes: readonly { id: string }[]) => nodes.map(({ id }) => id);

describe('visibleGraph', () => {
  test('draws everything, heaviest first', () => {
    const visible = visibleGraph(shop, { query: '' });
    expect(ids(visible.nodes)).toEqual(['nginx', 'curl', 'idle', 'redis']);
    expect(visible.edges).toHaveLength(2);
    expect(visible.hidden).toBe(0);
    expect(visible.matches).toBeUndefined();
  });

  test('a search keeps matches and the neighbours they talk to', () => {
    const visible = visibleGraph(shop, { query: ' CURL ' });
    expect(ids(visible.nodes)).toEqual(['nginx', 'curl']);
    expect(visible.matches).toEqual(new Set(['curl']));
    expect(ids(visible.edges)).toEqual(['curl>nginx']);
  });

  test('a search looks into details, and all words must match', () => {
    expect(visibleGraph(shop, { query: '4711' }).matches).toEqual(new Set(['redis']));
    expect(visibleGraph(shop, { query: 'redis 42' }).nodes).toEqual([]);
  });

  test('a search finds edges by port and failure, with both ends', () => {
    const failing = anEdge('idle', 'redis', {
      ports: [6380],
      connections: { active: 0, opened: 0, closed: 0, failed: { host_unreachable: 2 } },
    });
    const graph = { ...shop, edges: new Map([...shop.edges, [failing.id, failing]]) };
    for (const query of [':6380', 'unreachable']) {
      const visible = visibleGraph(graph, { query });
      expect(ids(visible.edges)).toEqual(['idle>redis']);
      expect(visible.matches).toEqual(new Set(['idle', 'redis']));
      expect(visible.nodes).toHaveLength(2);
    }
  });

  test('above the limit the lightest are hidden and counted, never the kept ones', () => {
    const visible = visibleGraph(shop, { query: '', limit: 2, keep: ['redis'] });
    expect(ids(visible.nodes)).toEqual(['redis', 'nginx']);
    expect(ids(visible.edges)).toEqual(['nginx>redis']);
    expect(visible.hidden).toBe(2);
  });

  test('counts what the agent itself left out', () => {
    const cut = { ...shop, hidden: { nodes: 40, edges: 90 } };
    expect(visibleGraph(cut, { query: '' }).hidden).toBe(40);
  });

  test('whatever the graph, drawn edges have both ends drawn and no node is lost uncounted', () => {
    const pair = fc.tuple(fc.nat(30), fc.nat(30));
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (pairs, limit) => {
        const names = [...new Set(pairs.flat())].map((id) => `n${id}`);
        const edges = pairs.map(([a, b]) => anEdge(`n${a}`, `n${b}`));
        const graph = graphFromSnapshot(aGraph({ nodes: names.map((id) => aNode(id)), edges }));
        const visible = visibleGraph(graph, { query: '', limit });
        const drawn = new Set(ids(visible.nodes));
        expect(visible.edges.every((edge) => drawn.has(edge.source) && drawn.has(edge.target))).toBe(true);
        expect(drawn.size + visible.hidden).toBe(names.length);
      }),
    );
  });
});
