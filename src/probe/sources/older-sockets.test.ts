import { expect, it } from 'vitest';
import { missingFrom } from './older-sockets.ts';

it('a connection is gone when its namespace was read whole without it', () => {
  const open = new Map([
    [1, { netns: 10 }],
    [2, { netns: 10 }],
    [3, { netns: 20 }],
    [4, { netns: 30 }],
  ]);
  const dump = { sockets: [{ cookie: 1n }, { cookie: 9n }], incomplete: new Set([20]) };
  expect(missingFrom(dump, open)).toEqual([2, 4]);
});
