import { expect, test } from 'vitest';
import { formatTime, type TimeStyle } from './time.ts';

const AT = '2026-01-31T12:03:11.204999999Z';
const style = (format: TimeStyle['format'], utc = true): TimeStyle => ({
  format,
  utc,
  now: () => Date.parse('2026-01-31T12:03:21.204Z'),
});

test('in UTC', () => {
  expect(formatTime(AT, style('time'))).toBe('12:03:11.204');
  expect(formatTime(AT, style('rfc3339'))).toBe('2026-01-31T12:03:11.204Z');
  expect(formatTime(AT, style('unix'))).toBe('1769860991.204');
  expect(formatTime(AT, style('relative'))).toBe('-10.0s');
});

test('in local time the offset makes it the same moment', () => {
  const text = formatTime(AT, style('rfc3339', false));
  expect(text).toMatch(/[+-]\d{2}:\d{2}$/);
  expect(Date.parse(text)).toBe(Date.parse('2026-01-31T12:03:11.204Z'));
});

test('what is not known is a dash', () => {
  expect(formatTime(undefined, style('rfc3339'))).toBe('-');
});
