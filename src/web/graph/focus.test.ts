import { describe, expect, test } from 'vitest';
import { anEdge } from '../testing/samples.ts';
import { focusOf, nodeRates, nodesWithin } from './focus.ts';

describe('focus', () => {
  const edges = [anEdge('a', 'b'), anEdge('b', 'c'), anEdge('c', 'd')];

  test('of a node is its neighbours and the edges to them', () => {
    const focus = focusOf(edges, { kind: 'node', id: 'b' });
    expect(focus).toEqual({ nodes: new Set(['a', 'b', 'c']), edges: new Set(['a>b', 'b>c']) });
  });

  test('of an edge is the edge and its ends', () => {
    const focus = focusOf(edges, { kind: 'edge', id: 'c>d' });
    expect(focus).toEqual({ nodes: new Set(['c', 'd']), edges: new Set(['c>d']) });
    expect(focusOf(edges, undefined)).toBeUndefined();
  });

  test('by hops goes both ways along edges', () => {
    expect(nodesWithin(edges, 'b', 1)).toEqual(new Set(['a', 'b', 'c']));
    expect(nodesWithin(edges, 'b', 2)).toEqual(new Set(['a', 'b', 'c', 'd']));
    expect(nodesWithin(edges, 'alone', 2)).toEqual(new Set(['alone']));
  });

  test("a node's rate is the sum over its edges, each way", () => {
    const rates = nodeRates(edges);
    expect(rates.get('b')).toEqual({ out: 20 + 10, in: 10 + 20 });
    expect(rates.get('a')).toEqual({ out: 10, in: 20 });
  });
});
