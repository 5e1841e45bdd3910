import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RecordSet } from './query.ts';
import { type Records, select } from './select.ts';

interface Life {
  end: number | undefined;
}

const LIVES: RecordSet<Life> = { filters: [], begin: () => undefined, end: ({ end }) => end };
const ALL = { match: () => true, filtered: false, since: undefined, until: undefined };

async function chosen(lives: Life[], query: Partial<Parameters<typeof select<Life>>[2]> = {}) {
  const records = { length: lives.length, at: (index: number) => lives[index] ?? { end: undefined } };
  const { indices, matched } = await select(records, LIVES, {
    ...ALL,
    last: undefined,
    first: undefined,
    ...query,
  });
  return { ends: indices.map((index) => lives[index]?.end), matched };
}

test('last takes the newest, first the oldest, both in the order of time', async () => {
  const lives = [3, undefined, 1, 2].map((end) => ({ end }));
  expect((await chosen(lives)).ends).toEqual([1, 2, 3, undefined]);
  expect((await chosen(lives, { last: 2 })).ends).toEqual([3, undefined]);
  expect((await chosen(lives, { first: 2 })).ends).toEqual([1, 2]);
  expect((await chosen(lives, { last: 0 })).ends).toEqual([]);
  expect((await chosen(lives, { last: 9 })).ends).toHaveLength(4);
});

test('matched counts what the limit left out', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 99 })), fc.nat({ max: 20 }), async (ends, last) => {
      const match = ({ end = 0 }: Life) => end < 50;
      const { ends: kept, matched } = await chosen(
        ends.map((end) => ({ end })),
        { match, filtered: true, last },
      );
      expect(matched).toBe(ends.filter((end) => end < 50).length);
      expect(kept).toHaveLength(Math.min(last, matched));
    }),
  );
});

test('records are not made where the order is known and nothing is asked of them', async () => {
  const records: Records<Life> = {
    length: 3,
    at: () => {
      throw new Error('made');
    },
    end: (index) => -index,
  };
  const query = { ...ALL, last: 2, first: undefined };
  expect(await select(records, LIVES, query)).toEqual({ indices: [1, 0], matched: 3 });
  await expect(select(records, LIVES, { ...query, filtered: true })).rejects.toThrow('made');
});

test('others get their turn while many are chosen from', async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  const records: Records<Life> = {
    length: 3000,
    at: (index) => {
      const until = performance.now() + 0.05;
      while (performance.now() < until);
      return { end: index };
    },
  };
  await select(records, LIVES, { ...ALL, last: 1, first: undefined });
  clearInterval(timer);
  expect(turns).toBeGreaterThan(3);
});
