import { expect, test } from 'vitest';
import { aChange, aFlow, aGraph, aNode, anEdge } from '../testing/samples.ts';
import { Feed } from './feed.ts';

test('shows what came: the snapshot, then each change', () => {
  const feed = new Feed();
  feed.takeSnapshot(aGraph({ nodes: [aNode('a'), aNode('b')], edges: [anEdge('a', 'b')] }));
  feed.takeChange(aChange({ nodes: [aNode('c')], removedNodes: ['b'], removedEdges: ['a>b'] }));
  expect([...(feed.shown.value.graph?.nodes.keys() ?? [])]).toEqual(['a', 'c']);
  expect(feed.shown.value.graph?.edges.size).toBe(0);
});

test('a pause keeps map and flows as they were and counts what waits', () => {
  const feed = new Feed();
  feed.takeSnapshot(aGraph({ nodes: [aNode('a')], edges: [] }));
  feed.takeFlows({ flows: [aFlow('1')], matched: 1 });
  feed.pause();
  feed.takeChange(aChange({ nodes: [aNode('b'), aNode('c')] }));
  feed.takeFlows({ flows: [aFlow('1'), aFlow('2')], matched: 2 });
  feed.takeFlows({ flows: [aFlow('2'), aFlow('3')], matched: 3 });
  expect(feed.shown.value.graph?.nodes.size).toBe(1);
  expect(feed.shown.value.flows?.flows).toHaveLength(1);
  expect(feed.waiting.value).toEqual({ changes: 2, flows: 2 });

  feed.resume();
  expect(feed.shown.value.graph?.nodes.size).toBe(3);
  expect(feed.shown.value.flows?.matched).toBe(3);
  expect(feed.waiting.value).toEqual({ changes: 0, flows: 0 });
});

test('a pause before anything came ends like any other', () => {
  const feed = new Feed();
  feed.pause();
  expect(feed.paused.value).toBe(true);
  feed.takeSnapshot(aGraph({ nodes: [aNode('a')], edges: [] }));
  expect(feed.shown.value.graph).toBeUndefined();
  feed.resume();
  expect(feed.shown.value.graph?.nodes.size).toBe(1);
});

test('a change without a snapshot changes nothing', () => {
  const feed = new Feed();
  feed.takeChange(aChange({ nodes: [aNode('a')] }));
  expect(feed.shown.value.graph).toBeUndefined();
});
