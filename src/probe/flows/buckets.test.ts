import { expect, it } from 'vitest';
import { Buckets } from './buckets.ts';

/** How many of the numbers meet in the fullest bucket. */
function fullest(buckets: Buckets, keys: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const key of keys) counts.set(buckets.of(key), (counts.get(buckets.of(key)) ?? 0) + 1);
  return Math.max(...counts.values());
}

it.each([1, 2, 3, 20_000])('has a bucket for each number, of %d', (capacity) => {
  const buckets = new Buckets(capacity);
  expect(buckets.count).toBeGreaterThanOrEqual(capacity);
  for (const key of [0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 47 + 12_345]) {
    expect(buckets.of(key)).toBeGreaterThanOrEqual(0);
    expect(buckets.of(key)).toBeLessThan(buckets.count);
  }
});

it('parts numbers that were chosen to meet', () => {
  const known = new Buckets(1024);
  const chosen = Array.from({ length: 2 ** 18 }, (_, key) => key).filter((key) => known.of(key) === 7);
  expect(fullest(known, chosen)).toBe(chosen.length);
  const others = Array.from({ length: 20 }, () => fullest(new Buckets(1024), chosen));
  expect(Math.min(...others)).toBeLessThan(chosen.length / 4);
});
