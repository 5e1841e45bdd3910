import { expect, test } from 'vitest';
import { lengthMs, lookAt, setLength, windowParams } from './time-window.ts';
import { DEFAULT_VIEW } from './view.ts';

const NOW = Date.parse('2026-01-31T12:00:07Z');

test('a window that ends now is a length, one that ended is two times', () => {
  expect(windowParams({ since: '15m', until: undefined })).toEqual({ since: '15m', until: undefined });
  expect(windowParams({ since: undefined, until: '2026-01-31T11:30:00.000Z' })).toEqual({
    since: '2026-01-31T11:25:00.000Z',
    until: '2026-01-31T11:30:00.000Z',
  });
});

test('looking back ends at a time that the agent answers exactly, and at the end is live again', () => {
  expect(lookAt(NOW - 60_000, NOW)(DEFAULT_VIEW)).toEqual({ until: '2026-01-31T11:59:00.000Z' });
  expect(lookAt(NOW, NOW)(DEFAULT_VIEW)).toEqual({ until: undefined });
});

test('lengths are read, and the usual one leaves the address clean', () => {
  expect([lengthMs('90s'), lengthMs('15m'), lengthMs('1h'), lengthMs('soon')]).toEqual([
    90_000,
    900_000,
    3_600_000,
    undefined,
  ]);
  expect(setLength('5m')(DEFAULT_VIEW)).toEqual({ since: undefined });
});
