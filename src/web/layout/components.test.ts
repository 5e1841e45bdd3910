import { expect, test } from 'vitest';
import { components, packed } from './components.ts';

const box = (id: string) => ({ id, width: 100, height: 80 });
const input = (ids: string[], edges: [string, string][]) => ({
  nodes: ids.map(box),
  edges: edges.map(([source, target]) => ({ source, target })),
  previous: {},
  placed: [],
  grown: [],
  aspect: 1,
});

test('a graph falls into the parts that no edge connects, the largest first', () => {
  const parts = components(
    input(
      ['a', 'b', 'c', 'd', 'e', 'f'],
      [
        ['e', 'f'],
        ['a', 'b'],
        ['c', 'b'],
        ['a', 'gone'],
      ],
    ),
  );
  expect(parts.map(({ nodes }) => nodes.map(({ id }) => id).join(''))).toEqual(['abc', 'ef', 'd']);
  expect(parts.map(({ edges }) => edges.length)).toEqual([2, 1, 0]);
});

test('packed parts do not overlap and take the form of the panel', () => {
  const parts = Array.from({ length: 12 }, (_, n) => [{ ...box(`n${n}`), x: 7, y: -3 }]);
  for (const aspect of [0.5, 1, 2]) {
    const bodies = packed(structuredClone(parts), aspect);
    bodies.forEach((a, index) => {
      for (const b of bodies.slice(index + 1)) {
        expect(Math.abs(a.x - b.x) >= 100 || Math.abs(a.y - b.y) >= 80).toBe(true);
      }
    });
    const width = Math.max(...bodies.map(({ x }) => x)) - Math.min(...bodies.map(({ x }) => x)) + 100;
    const height = Math.max(...bodies.map(({ y }) => y)) - Math.min(...bodies.map(({ y }) => y)) + 80;
    expect(Math.abs(Math.log2(width / height / aspect))).toBeLessThan(1);
  }
});
