import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseBytes, parseCount, parseDuration, parseGlob, parsePorts, parseTime } from './values.ts';

test.each([
  ['1500', 1500],
  ['10k', 10_000],
  ['10K', 10_000],
  ['1.5MB', 1_500_000],
  ['1M', 1_000_000],
  ['2GiB', 2_147_483_648],
  ['1Ki', 1024],
  ['7b', 7],
])('%s is a size', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

test.each(['', '-1', 'k', '1kk', '1 k', '1e9', '1i'])('%j is no size', (text) => {
  expect(parseBytes(text)).toBeUndefined();
});

test.each([
  ['500us', 0.0005],
  ['10ms', 0.01],
  ['1.5s', 1.5],
  ['1h30m', 5400],
  ['2d', 172_800],
])('%s is a duration', (text, seconds) => {
  expect(parseDuration(text)).toBeCloseTo(seconds, 12);
});

test.each(['', '5', 'ms', '-5m', '5 m', '1h-3m'])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test('a time is RFC 3339 or so long ago', () => {
  expect(parseTime('5m', 600_000)).toBe(300_000);
  expect(parseTime('1970-01-01t00:00:01.123456789z', 0)).toBe(1123);
  expect(parseTime('1970-01-01 01:00:00+01:00', 0)).toBe(0);
  expect(parseTime('1970-01-01', 0)).toBeUndefined();
  expect(parseTime('1970-13-01T00:00:00Z', 0)).toBeUndefined();
});

test('ports are one or a range', () => {
  expect(parsePorts('443')).toEqual([443, 443]);
  expect(parsePorts('8000-8999')).toEqual([8000, 8999]);
  for (const text of ['', '-', '65536', '2-1', '1-2-3', 'http', '1-'])
    expect(parsePorts(text)).toBeUndefined();
});

test('a count is whole and exact', () => {
  expect(parseCount('18446744073709551615')).toBeUndefined();
  expect(parseCount('9007199254740991')).toBe(9_007_199_254_740_991);
  expect(parseCount('1.0')).toBeUndefined();
});

test('a glob agrees with the regular expression it stands for', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(pattern, text, (glob, value) => {
      const expression = new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
      expect(parseGlob(glob)?.(value)).toBe(expression.test(value));
    }),
  );
});
