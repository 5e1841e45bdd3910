import { describe, expect, it } from 'vitest';
import { parseArguments, parseNames } from './arguments.ts';

const bytes = (...values: (string | number)[]) =>
  Buffer.concat(values.map((value) => (typeof value === 'string' ? Buffer.from(value) : Buffer.of(value))));

describe('arguments', () => {
  it.each([
    ['several', bytes('ls\0-l\0'), ['ls', '-l']],
    ['empty ones', bytes('ls\0\0\0'), ['ls', '', '']],
    ['one that is empty', bytes('\0'), ['']],
    ['none', bytes(), []],
    ['the last one cut', bytes('ls\0-'), ['ls', '-']],
    ['what is not UTF-8', bytes('a', 0xff, 'b\0'), ['a\ufffdb']],
    ['a character that was cut', bytes('a', 0xe4, 0xbd), ['a\ufffd']],
  ])('are read: %s', (_, memory, args) => {
    expect(parseArguments(memory, false)).toEqual({ args, argsCut: false });
  });

  it('are cut where there are too many, and say so', () => {
    const { args, argsCut } = parseArguments(bytes('x\0'.repeat(257)), false);
    expect({ count: args.length, argsCut }).toEqual({ count: 256, argsCut: true });
    expect(parseArguments(bytes('x\0'), true).argsCut).toBe(true);
  });
});

it.each([
  ['a path', 'ls\0bin\0usr\0', '/usr/bin/ls'],
  ['a file of the root', 'init\0', '/init'],
  ['nothing', '', undefined],
])('names are turned into %s', (_, names, path) => {
  expect(parseNames(bytes(names))).toBe(path);
});
