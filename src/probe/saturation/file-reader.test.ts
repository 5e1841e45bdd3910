import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FileReader } from './file-reader.ts';

const reader = new FileReader();

test('a file of which the kernel gives a page at once is read whole, as far as there is room', () => {
  const path = '/proc/kallsyms';
  expect(reader.read(path)).toBe(readFileSync(path, 'latin1').slice(0, 64 * 1024));
});

test('a short one is too', () => {
  const path = '/proc/version';
  expect(reader.read(path)).toBe(readFileSync(path, 'latin1'));
});

test('one that is not there is undefined', () => {
  expect(reader.read('/proc/0/stat')).toBeUndefined();
  expect(reader.reads).toBe(3);
});
