import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Row } from '../../wire/fields.ts';
import { RecentRows } from './recent-rows.ts';

const rowOf = (number: number): Row => [
  number,
  BigInt(number) + 1_700_000_000_000_000_000n,
  2n ** 40n,
  `n${number}.shop.test`,
  null,
  true,
  [['shop.test', 'A', '192.0.2.80', 60]],
];

test('has the latest rows as they were, oldest first', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(600), (capacity, count) => {
      const recent = new RecentRows(capacity);
      const rows = Array.from({ length: count }, (_, number) => rowOf(number));
      for (const row of rows) recent.push(row);
      const kept = Math.min(capacity, count);
      expect([...recent]).toEqual(rows.slice(count - kept));
      expect([recent.size, recent.evicted]).toEqual([kept, capacity === 0 ? 0 : count - kept]);
    }),
    { numRuns: 50 },
  );
});
