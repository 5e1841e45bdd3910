import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BoundedMap } from './bounded-map.ts';

it('drops the entry that was set longest ago and counts it', () => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  map.set('c', 4);
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([3, undefined, 4]);
  expect([map.size, map.evicted]).toEqual([2, 1]);
});

it('never exceeds its capacity and loses nothing uncounted', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.integer({ min: 0, max: 12 })),
      (capacity, keys) => {
        const map = new BoundedMap<number, number>(capacity);
        let inserted = 0;
        for (const key of keys) {
          if (map.get(key) === undefined) inserted++;
          map.set(key, key);
          expect(map.get(key)).toBe(key);
          expect(map.size).toBeLessThanOrEqual(capacity);
        }
        expect(map.size + map.evicted).toBe(inserted);
      },
    ),
  );
});
