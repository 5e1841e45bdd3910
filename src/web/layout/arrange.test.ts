import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arrange, type LayoutInput } from './arrange.ts';

const box = (id: string) => ({ id, width: 110, height: 72 });

function input(edges: [string, string][], more: Partial<LayoutInput> = {}): LayoutInput {
  const ids = [...new Set(edges.flat())];
  return {
    nodes: ids.map(box),
    edges: edges.map(([source, target]) => ({ source, target })),
    previous: {},
    placed: [],
    grown: [],
    aspect: 1,
    ...more,
  };
}

const SHOP: [string, string][] = [
  ['curl', 'web'],
  ['web', 'api'],
  ['web', 'cache'],
  ['api', 'db'],
  ['api', 'cache'],
  ['worker', 'db'],
];

const graphs = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 24 }), fc.integer({ min: 0, max: 24 })), {
    minLength: 1,
    maxLength: 50,
  })
  .map((pairs) => input(pairs.map(([a, b]) => [`n${a}`, `n${b}`])));

describe('arrange', () => {
  test('gives the same map for the same graph, in whatever order it comes', () => {
    const graph = input(SHOP);
    expect(arrange(graph)).toEqual(arrange(structuredClone(graph)));
    const reversed = { ...graph, nodes: graph.nodes.toReversed(), edges: graph.edges.toReversed() };
    expect(arrange(reversed)).toEqual(arrange(graph));
  });

  test('draws clients to the left of their servers', () => {
    const at = arrange(input(SHOP));
    for (const [client, server] of SHOP) {
      expect(at[client]?.x, `${client} is left of ${server}`).toBeLessThan(
        at[server]?.x ?? Number.NEGATIVE_INFINITY,
      );
    }
  });

  test('places every node of any graph at finite coordinates, without overlap', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const at = Object.values(arrange(graph));
        expect(at).toHaveLength(graph.nodes.length);
        at.forEach((a, index) => {
          expect(Number.isFinite(a.x) && Number.isFinite(a.y)).toBe(true);
          for (const b of at.slice(index + 1)) {
            // Two pixels for rounding.
            expect(Math.abs(a.x - b.x) >= 108 || Math.abs(a.y - b.y) >= 70).toBe(true);
          }
        });
      }),
      { numRuns: 10 },
    );
  });

  test('leaves every node where it is when one comes', () => {
    const before = arrange(input(SHOP));
    const grown = input([...SHOP, ['api', 'mail']], { previous: before, placed: Object.keys(before) });
    const after = arrange(grown);
    expect(after).toMatchObject(before);
    expect(after).toHaveProperty('mail');
  });

  test('leaves every node where it is when one goes, and gives it its place back when it returns', () => {
    const before = arrange(input(SHOP));
    const shrunk = arrange(input(SHOP.slice(0, 5), { previous: before, placed: Object.keys(before) }));
    expect(before).toMatchObject(shrunk);
    const back = arrange(input(SHOP, { previous: before, placed: Object.keys(shrunk) }));
    expect(back).toMatchObject(shrunk);
    const moved = Math.hypot(
      (back.worker?.x ?? 0) - (before.worker?.x ?? 0),
      (back.worker?.y ?? 0) - (before.worker?.y ?? 0),
    );
    expect(moved).toBeLessThan(150);
  });

  test('settles anew when most nodes are new, starting from where the old ones were', () => {
    const before = arrange(input(SHOP.slice(0, 2)));
    const after = arrange(input(SHOP, { previous: before, placed: Object.keys(before) }));
    expect(Object.keys(after)).toHaveLength(6);
  });

  test('survives an edge to a node that is not drawn', () => {
    const graph = input(SHOP);
    expect(
      Object.keys(arrange({ ...graph, edges: [...graph.edges, { source: 'api', target: 'hidden' }] })),
    ).toHaveLength(6);
  });

  test('of nothing is nothing', () => {
    expect(arrange(input([]))).toEqual({});
  });
});

test('a box that grows stays, and the others make room without a new layout', () => {
  const graph = input(SHOP);
  const previous = arrange(graph);
  const nodes = graph.nodes.map((node) => (node.id === 'api' ? { ...node, width: 400, height: 300 } : node));
  const after = arrange({ ...graph, nodes, previous, placed: Object.keys(previous), grown: ['api'] });
  expect(after.api).toEqual(previous.api);
  for (const a of nodes) {
    for (const b of nodes) {
      if (a === b) continue;
      const [at, to] = [after[a.id], after[b.id]] as [{ x: number; y: number }, { x: number; y: number }];
      const apart =
        Math.abs(at.x - to.x) >= (a.width + b.width) / 2 - 2 ||
        Math.abs(at.y - to.y) >= (a.height + b.height) / 2 - 2;
      expect(apart, `${a.id} ${b.id}`).toBe(true);
    }
  }
});
