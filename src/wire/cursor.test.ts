import { expect, test } from 'vitest';
import { formatCursor, parseCursor } from './cursor.ts';

test('a cursor survives text', () => {
  for (const cursor of [
    { run: 'a', seq: 0 },
    { run: 'Zx_9-b', seq: Number.MAX_SAFE_INTEGER },
  ]) {
    expect(parseCursor(formatCursor(cursor))).toEqual(cursor);
  }
});

test.each([
  '',
  'run',
  'run.',
  '.1',
  'run.01',
  'run.-1',
  'run.1.2',
  'run.1e3',
  'r n.1',
  'run.9007199254740993',
  `${'r'.repeat(65)}.1`,
])('%j is not a cursor', (text) => expect(parseCursor(text)).toBeUndefined());
