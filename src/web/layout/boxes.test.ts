import { expect, test } from 'vitest';
import { aNode } from '../testing/samples.ts';
import { layoutBoxes } from './boxes.ts';

const parent = { id: 'workload:a', kind: 'workload' as const, name: 'a' };

test('what is inside of an expanded node stands in its frame, and none covers another', () => {
  const inside = Array.from({ length: 7 }, (_, n) => aNode(`pod-${n}`, { kind: 'pod', parent }));
  const { boxes, hulls, boxOf } = layoutBoxes([aNode('web'), ...inside]);
  expect(boxes.map(({ id }) => id)).toEqual(['web', parent.id]);
  expect([boxOf('web'), boxOf('pod-3')]).toEqual(['web', parent.id]);
  const [hull] = hulls;
  const places = [...(hull?.children.values() ?? [])];
  expect(places).toHaveLength(7);
  for (const { x, y } of places) {
    expect(Math.abs(x)).toBeLessThan((hull?.width ?? 0) / 2);
    expect(Math.abs(y)).toBeLessThan((hull?.height ?? 0) / 2);
  }
  expect(new Set(places.map(({ x, y }) => `${x} ${y}`)).size).toBe(7);
});
