import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseBytes, parseDuration } from '../../lib/filter/values.ts';
import { shortBytes, shortDuration } from './numbers.ts';

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1.0k'],
  [1234, '1.2k'],
  [9_949, '9.9k'],
  [9_950, '10k'],
  [34_567, '35k'],
  [999_499, '999k'],
  [999_500, '1.0M'],
  [5e15, '5.0P'],
])('%d bytes are %s', (bytes, text) => {
  expect(shortBytes(bytes)).toBe(text);
});

test.each([
  [0, '0ns'],
  [850, '850ns'],
  [3_100_000, '3.1ms'],
  [999_600_000, '1.0s'],
  [59_400_000_000, '59s'],
  [59_600_000_000, '1m00s'],
  [3_599_900_000_000, '1h00m'],
  [7_384_000_000_000, '2h03m'],
  [187_200_000_000_000, '2d04h'],
])('%d ns are %s', (ns, text) => {
  expect(shortDuration(ns)).toBe(text);
});

test('short numbers are what the filters read, to two digits', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_000_000_000_000 }), (value) => {
      expect(Math.abs((parseBytes(shortBytes(value)) ?? 0) - value) / value).toBeLessThan(0.051);
      expect(Math.abs((parseDuration(shortDuration(value)) ?? 0) * 1e9 - value) / value).toBeLessThan(0.051);
      expect(shortBytes(value).length).toBeLessThanOrEqual(4);
    }),
  );
});
