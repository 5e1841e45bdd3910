import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSearch } from '../search/tokens.ts';
import { aGraph, aNode, anEdge } from '../testing/samples.ts';
import { graphFromSnapshot } from './state.ts';
import { hiddenCount, NOTHING_HIDDEN, type VisibleOptions, visibleGraph } from './visible.ts';

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

const visibleOf = (graph: typeof shop, options: Partial<VisibleOptions> & { query?: string } = {}) =>
  visibleGraph(graph, { ...NOTHING_HIDDEN, search: parseSearch(options.query ?? ''), ...options });

describe('visibleGraph', () => {
  test('draws everything, heaviest first', () => {
    const visible = visibleOf(shop);
    expect(ids(visible.nodes)).toEqual(['nginx', 'curl', 'idle', 'redis']);
    expect(visible.edges).toHaveLength(2);
    expect(hiddenCount(visible)).toBe(0);
    expect(visible.matches).toBeUndefined();
  });

  test('a search keeps matches and the neighbours they talk to', () => {
    const visible = visibleOf(shop, { query: ' CURL ' });
    expect(ids(visible.nodes)).toEqual(['nginx', 'curl']);
    expect(visible.matches).toEqual(new Set(['curl']));
    expect(ids(visible.edges)).toEqual(['curl>nginx']);
  });

  test('a search looks into details, and all words must match', () => {
    expect(visibleOf(shop, { query: '4711' }).matches).toEqual(new Set(['redis']));
    expect(visibleOf(shop, { query: 'redis 42' }).nodes).toEqual([]);
  });

  test('a search finds edges by port and failure, with both ends', () => {
    const failing = anEdge('idle', 'redis', {
      ports: [6380],
      connections: { active: 0, opened: 0, closed: 0, failed: { host_unreachable: 2 } },
    });
    const graph = { ...shop, edges: new Map([...shop.edges, [failing.id, failing]]) };
    for (const query of [':6380', 'unreachable']) {
      const visible = visibleOf(graph, { query });
      expect(ids(visible.edges)).toEqual(['idle>redis']);
      expect(visible.matches).toEqual(new Set(['idle', 'redis']));
      expect(visible.nodes).toHaveLength(2);
    }
  });

  test('above the limit the lightest are hidden and counted, never the kept ones', () => {
    const visible = visibleOf(shop, { limit: 2, keep: ['redis'] });
    expect(ids(visible.nodes)).toEqual(['redis', 'nginx']);
    expect(ids(visible.edges)).toEqual(['nginx>redis']);
    expect(visible.hidden.room).toBe(2);
  });

  test('counts what the agent itself left out', () => {
    const cut = { ...shop, hidden: { nodes: 40, edges: 90 } };
    expect(visibleOf(cut).hidden.agent).toBe(40);
  });

  test('whatever the graph, drawn edges have both ends drawn and no node is lost uncounted', () => {
    const pair = fc.tuple(fc.nat(30), fc.nat(30));
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (pairs, limit) => {
        const names = [...new Set(pairs.flat())].map((id) => `n${id}`);
        const edges = pairs.map(([a, b]) => anEdge(`n${a}`, `n${b}`));
        const graph = graphFromSnapshot(aGraph({ nodes: names.map((id) => aNode(id)), edges }));
        const visible = visibleOf(graph, { limit });
        const drawn = new Set(ids(visible.nodes));
        expect(visible.edges.every((edge) => drawn.has(edge.source) && drawn.has(edge.target))).toBe(true);
        expect(drawn.size + hiddenCount(visible)).toBe(names.length);
      }),
    );
  });

  test('what the reader hid is counted apart', () => {
    const visible = visibleOf(shop, { hide: ['nginx', 'gone'] });
    expect(ids(visible.nodes)).not.toContain('nginx');
    expect(visible.edges).toEqual([]);
    expect(visible.hidden).toMatchObject({ reader: 1, noise: 0 });
  });

  test('noise takes the nodes along that have nothing else, but not those that are kept', () => {
    const dns = anEdge('idle', 'redis', { ports: [53] });
    const graph = { ...shop, edges: new Map([...shop.edges, [dns.id, dns]]) };
    const visible = visibleOf(graph, { noise: ['dns'] });
    expect(ids(visible.nodes)).not.toContain('idle');
    expect(visible.hidden.noise).toBe(1);
    expect(ids(visibleOf(graph, { noise: ['dns'], keep: ['idle'] }).nodes)).toContain('idle');
  });

  test('a focus leaves what is within its hops', () => {
    const visible = visibleOf(shop, { focus: { id: 'curl', hops: 1 } });
    expect(ids(visible.nodes)).toEqual(['nginx', 'curl']);
    expect(visible.hidden.focus).toBe(2);
    expect(visibleOf(shop, { focus: { id: 'curl', hops: 2 } }).nodes).toHaveLength(3);
    expect(visibleOf(shop, { focus: { id: 'gone', hops: 1 } }).nodes).toHaveLength(4);
  });

  test('quieter edges go, save for those that fail', () => {
    const edges = Array.from({ length: 10 }, (_, n) =>
      anEdge('nginx', `s${n}`, { rate: { forward: n * 100, backward: 0 } }),
    );
    const failing = anEdge('nginx', 'redis', {
      rate: { forward: 0, backward: 0 },
      connections: { active: 0, opened: 0, closed: 0, failed: { timeout: 1 } },
    });
    const nodes = [...shop.nodes.values(), ...edges.map(({ target }) => aNode(target))];
    const graph = graphFromSnapshot(aGraph({ nodes, edges: [...edges, failing] }));
    const visible = visibleOf(graph, { quieter: 50 });
    expect(ids(visible.edges)).toContain(failing.id);
    expect(ids(visible.edges)).toContain('nginx>s9');
    expect(ids(visible.edges)).not.toContain('nginx>s1');
    expect(visible.hidden.quiet).toBeGreaterThan(3);
  });

  test('an unwanted word leaves nodes and their edges out', () => {
    const visible = visibleOf(shop, { query: '!redis' });
    expect(ids(visible.nodes)).toEqual(['nginx', 'curl', 'idle']);
    expect(ids(visible.edges)).toEqual(['curl>nginx']);
  });
});
