import { describe, expect, test } from 'vitest';
import { graphFromSnapshot } from '../graph/state.ts';
import { aGraph, aNode, anEdge } from '../testing/samples.ts';
import { selectionFilters } from './query.ts';

const CONTAINER = 'b81c0de4'.repeat(8);
const graph = graphFromSnapshot(
  aGraph({
    nodes: [
      aNode('curl'),
      aNode('shop', { name: 'node', detail: { container: CONTAINER } }),
      aNode('box', { kind: 'container', detail: { container: CONTAINER } }),
      aNode('a4', { kind: 'address', name: '192.0.2.1', detail: { ip: '192.0.2.1' } }),
      aNode('network:192.0.2.0/24', { kind: 'network', name: '192.0.2.0/24', addresses: ['192.0.2.7'] }),
      aNode('network:*', { kind: 'network', name: 'other addresses', addresses: ['192.0.3.7'] }),
      aNode('network:office', { kind: 'network', name: 'office', addresses: ['10.1.0.1', '10.1.0.2'] }),
      aNode('named', { kind: 'domain', name: 'example.org', addresses: ['192.0.2.2'] }),
    ],
    edges: [
      anEdge('a4', 'curl', { ports: [80, 443] }),
      anEdge('curl', 'a4', { ports: Array.from({ length: 90 }, (_, port) => port) }),
    ],
  }),
);
const ofNode = (id: string) => selectionFilters({ kind: 'node', id }, graph);

describe('selectionFilters', () => {
  test('ask for a node by what tells it apart', () => {
    expect(ofNode('curl')).toEqual([['comm', 'curl']]);
    expect(ofNode('shop')).toEqual([
      ['comm', 'node'],
      ['container', CONTAINER],
    ]);
    expect(ofNode('box')).toEqual([['container', CONTAINER]]);
    expect(ofNode('named')).toEqual([['domain', 'example.org']]);
  });

  test('ask for a network by its prefix, or by the addresses of one that has a name', () => {
    expect(ofNode('network:192.0.2.0/24')).toEqual([['ip', '192.0.2.0/24']]);
    expect(ofNode('network:office')).toEqual([
      ['ip', '10.1.0.1'],
      ['ip', '10.1.0.2'],
    ]);
    expect(ofNode('network:*')).toEqual([]);
  });

  test('ask for an edge by its end on the node and its ports', () => {
    expect(selectionFilters({ kind: 'edge', id: 'a4>curl' }, graph)).toEqual([
      ['comm', 'curl'],
      ['protocol', 'tcp'],
      ['port', '80'],
      ['port', '443'],
    ]);
  });

  test('narrow an address down by the ports of its edges', () => {
    const few = { ...graph, edges: new Map([...graph.edges].slice(0, 1)) };
    expect(selectionFilters({ kind: 'node', id: 'a4' }, few)).toEqual([
      ['ip', '192.0.2.1'],
      ['port', '80'],
      ['port', '443'],
    ]);
    expect(ofNode('a4')).toEqual([['ip', '192.0.2.1']]);
  });

  test('leave out ports when they are very many', () => {
    expect(selectionFilters({ kind: 'edge', id: 'curl>a4' }, graph)).toHaveLength(2);
  });

  test('are none when nothing is selected or the selection is gone', () => {
    expect(selectionFilters(undefined, graph)).toEqual([]);
    expect(ofNode('gone')).toEqual([]);
  });
});
