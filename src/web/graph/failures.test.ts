import { expect, test } from 'vitest';
import { aNode, anEdge } from '../testing/samples.ts';
import { failuresOf } from './failures.ts';

const outside = aNode('address:2001:db8::1', { kind: 'address', name: '2001:db8::1' });
const nodes = new Map(
  [...['web', 'cart', 'bank'].map((id) => aNode(id)), outside].map((node) => [node.id, node]),
);
const failing = (source: string, target: string, failed: object) =>
  anEdge(source, target, { connections: { active: 0, opened: 0, closed: 0, failed } });

const textsOf = (id: string, ...edges: ReturnType<typeof failing>[]) =>
  failuresOf({ id }, { nodes, edges: new Map(edges.map((edge) => [edge.id, edge])) }).map(({ text }) => text);

test('of each reason and peer, the most frequent first, as client and as server', () => {
  const edges = [
    failing('cart', 'bank', { refused: 1, host_unreachable: 4 }),
    failing('web', 'cart', { reset: 2 }),
    failing('web', 'bank', { timeout: 9 }),
  ];
  expect(textsOf('cart', ...edges)).toEqual([
    '4 host unreachable → bank:80',
    '2 reset ← web',
    '1 refused → bank:80',
  ]);
});

test('are none where nothing failed', () => {
  expect(textsOf('cart', failing('cart', 'bank', { refused: 0 }), failing('web', 'cart', {}))).toEqual([]);
});

test('of a peer that is not listed have its id', () => {
  expect(textsOf('cart', failing('cart', 'address:10.0.0.9', { reset: 1 }))).toEqual([
    '1 reset → address:10.0.0.9:80',
  ]);
});

test('of an address have it in the form that a port is told from', () => {
  expect(textsOf('cart', failing('cart', outside.id, { timeout: 1 }))).toEqual([
    '1 timeout → [2001:db8::1]:80',
  ]);
});
