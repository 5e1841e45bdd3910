import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeLabels } from './labels.ts';

const size = { width: 40, height: 12 };
const at = (x: number, y: number) => ({ x, y });

test('a label goes to its first free place', () => {
  const wish = { id: 'a', candidates: [at(0, 0), at(100, 0)], ...size };
  expect(placeLabels([wish], []).get('a')).toEqual(at(0, 0));
  expect(placeLabels([wish], [{ ...at(10, 5), ...size }]).get('a')).toEqual(at(100, 0));
});

test('who comes first has the place; who finds none goes without', () => {
  const wishes = ['a', 'b'].map((id) => ({ id, candidates: [at(0, 0)], ...size }));
  expect([...placeLabels(wishes, []).keys()]).toEqual(['a']);
});

test('no two labels ever overlap', () => {
  const point = fc.record({ x: fc.integer({ min: 0, max: 200 }), y: fc.integer({ min: 0, max: 200 }) });
  fc.assert(
    fc.property(fc.array(fc.array(point, { maxLength: 3 }), { maxLength: 20 }), (candidates) => {
      const wishes = candidates.map((points, id) => ({ id: String(id), candidates: points, ...size }));
      const places = [...placeLabels(wishes, []).values()];
      places.forEach((a, index) => {
        for (const b of places.slice(index + 1)) {
          expect(Math.abs(a.x - b.x) >= size.width || Math.abs(a.y - b.y) >= size.height).toBe(true);
        }
      });
    }),
  );
});
