import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatTime, parseTime } from './time.ts';

test.each([
  [0n, '1970-01-01T00:00:00.000000000Z'],
  [1n, '1970-01-01T00:00:00.000000001Z'],
  [1_795_399_999_999_999_999n, '2026-11-23T02:13:19.999999999Z'],
  [1_795_400_000_000_000_000n, '2026-11-23T02:13:20.000000000Z'],
  [18_446_744_073_709_551_615n, '2554-07-21T23:34:33.709551615Z'],
])('%s ns is written as %s', (ns, text) => {
  expect(formatTime(ns)).toBe(text);
  expect(parseTime(text)).toBe(ns);
});

test('a number of nanoseconds is as good as a bigint', () => {
  expect(formatTime(1_000_000_007)).toBe('1970-01-01T00:00:01.000000007Z');
});

test('every 64-bit time survives text', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (ns) => {
      expect(parseTime(formatTime(ns))).toBe(ns);
    }),
  );
});

test('times around a second survive text in any order', () => {
  const near = fc.tuple(
    fc.integer({ min: 1_795_400_000, max: 1_795_400_200 }),
    fc.integer({ min: -300, max: 300 }),
  );
  fc.assert(
    fc.property(fc.array(near), (times) => {
      for (const [second, offset] of times) {
        const ns = BigInt(second) * 1_000_000_000n + BigInt(offset);
        expect(parseTime(formatTime(ns))).toBe(ns);
      }
    }),
  );
});

test('a time of another zone or precision is read as the same moment', () => {
  expect(parseTime('2026-11-23T03:13:20.5+01:00')).toBe(1_795_400_000_500_000_000n);
  expect(parseTime('2026-11-23T02:13:20Z')).toBe(1_795_400_000_000_000_000n);
});

test.each([
  '',
  'yesterday',
  '2026-11-23',
  '2026-13-01T00:00:00Z',
  '2026-11-23T02:13:20',
  '2026-11-23T02:13:20.1234567890Z',
])('%j is not a time', (text) => expect(parseTime(text)).toBeUndefined());
