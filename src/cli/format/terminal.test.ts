import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable } from './terminal.ts';

test('what a process calls itself cannot move the cursor or begin a line', () => {
  expect(printable('a\u001b[2Jb\r\n\u009b1m')).toBe('a\\u001b[2Jb\\u000d\\u000a\\u009b1m');
  expect(printable('\u202egpj.exe')).toBe('\\u202egpj.exe');
  expect(printable('größe-日本')).toBe('größe-日本');
});

test('no control character survives', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text)).not.toMatch(/\p{Cc}/u);
    }),
  );
});
