import { expect, test } from 'vitest';
import { keysOf, press, type TopView } from './view.ts';

const VIEW: TopView = {
  group: 'container',
  sort: 'rate',
  reverse: false,
  paused: false,
  help: false,
  scroll: 5,
};

test.each<[string, Partial<TopView>]>([
  ['p', { group: 'process', scroll: 0 }],
  ['\t', { group: 'process', scroll: 0 }],
  ['>', { sort: 'sent' }],
  ['\x1b[D', { sort: 'name' }],
  ['r', { reverse: true }],
  [' ', { paused: true }],
  ['h', { help: true }],
  ['\x1b[A', { scroll: 4 }],
  ['\x1b[B', { scroll: 6 }],
  ['\x1b[5~', { scroll: 0 }],
  ['\x1b[6~', { scroll: 15 }],
  ['\x1b[H', { scroll: 0 }],
])('%j', (key, change) => {
  expect(press(VIEW, key, 10)).toEqual({ ...VIEW, ...change });
});

test('q closes the help first, then the program', () => {
  expect(press({ ...VIEW, help: true }, 'q', 10)).toEqual(VIEW);
  expect(press(VIEW, 'q', 10)).toBe('quit');
});

test('sorting goes round', () => {
  expect(press({ ...VIEW, sort: 'memory' }, '>', 10)).toMatchObject({ sort: 'name' });
  expect(press({ ...VIEW, sort: 'name' }, '<', 10)).toMatchObject({ sort: 'memory' });
});

test('other keys do nothing', () => {
  expect(press(VIEW, 'x', 10)).toBeUndefined();
});

test('keys that come at once are told apart', () => {
  expect(keysOf('rr\x1b[A\x1b[5~q\x1b')).toEqual(['r', 'r', '\x1b[A', '\x1b[5~', 'q', '\x1b']);
});
