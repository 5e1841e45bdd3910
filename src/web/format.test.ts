import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatAddress,
  formatBytes,
  formatClock,
  formatCount,
  formatMicros,
  formatPlural,
  formatRate,
  shorten,
} from './format.ts';

describe('bytes', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [1536, '1.54 kB'],
    [999_499, '999 kB'],
    [999_500, '1 MB'],
    [12_300_000, '12.3 MB'],
    [4_000_000_000, '4 GB'],
    [undefined, '–'],
  ])('%s is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  test('never shows more than four digits, so columns keep their width', () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (bytes) => {
        expect(formatBytes(bytes).replace(/\D/g, '').length).toBeLessThanOrEqual(4);
      }),
    );
  });

  test('a rate is bytes a second, and stays unknown when unknown', () => {
    expect(formatRate(2500)).toBe('2.5 kB/s');
    expect(formatRate(undefined)).toBe('–');
  });
});

test('counts are grouped, then shortened from a million on', () => {
  expect(formatCount(12_345)).toBe('12,345');
  expect(formatCount(2_500_000)).toBe('2.5M');
  expect(formatPlural(1, 'flow')).toBe('1 flow');
  expect(formatPlural(0, 'flow')).toBe('0 flows');
});

test('microseconds choose their unit', () => {
  expect([84, 1234, 2_500_000].map(formatMicros)).toEqual(['84 µs', '1.23 ms', '2.5 s']);
  expect(formatMicros(undefined)).toBe('–');
});

test('the clock reads nanosecond RFC 3339 and refuses what is no time', () => {
  const time = '2024-05-01T12:03:09.123456789Z';
  const local = new Date('2024-05-01T12:03:09Z');
  expect(formatClock(time)).toBe(`${String(local.getHours()).padStart(2, '0')}:03:09`);
  expect(formatClock('yesterday')).toBe('–');
});

test('an address brackets IPv6 and prefers an observed name', () => {
  expect(formatAddress({ ip: '10.0.0.1', port: 80 })).toBe('10.0.0.1:80');
  expect(formatAddress({ ip: '::1', port: 80 })).toBe('[::1]:80');
  expect(formatAddress({ ip: '::1', port: 443, domain: 'example.org' })).toBe('example.org:443');
  expect(formatAddress({ ip: '10.0.0.1' })).toBe('10.0.0.1');
});

test('a long text keeps its head and tail', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 0, maxLength: 80 }), fc.integer({ min: 2, max: 40 }), (text, max) => {
      const short = shorten(text, max);
      expect(short.length).toBeLessThanOrEqual(max);
      expect(text.startsWith(short.split('…')[0] ?? '')).toBe(true);
    }),
  );
  expect(shorten('checkout-7d9f6c5b8-x2x4z', 12)).toBe('checkout…x4z');
});
