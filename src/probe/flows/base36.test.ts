import { expect, it } from 'vitest';
import { base36 } from './base36.ts';

it.each([
  0,
  1,
  35,
  36,
  1295,
  1296,
  36 ** 4 - 1,
  36 ** 4,
  36 ** 8 - 1,
  36 ** 8,
  123_456_789_012_345,
  Number.MAX_SAFE_INTEGER,
])('writes %d as toString(36) does', (value) => {
  expect(base36(value)).toBe(value.toString(36));
});

it('writes every power of two as toString(36) does', () => {
  for (let power = 0; power < 53; power++) expect(base36(2 ** power)).toBe((2 ** power).toString(36));
});
