import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatPlace, type Place, parsePlace } from './place.ts';
import type { RecordSet } from './query.ts';
import { type Records, type Selected, select } from './select.ts';

interface Life {
  end: number | undefined;
}

const LIVES: RecordSet<Life> = { filters: [], begin: () => undefined, end: ({ end }) => end };
const ALL = { match: () => true, filtered: false, since: undefined, until: undefined, page: undefined };

async function chosen(lives: Life[], query: Partial<Parameters<typeof select<Life>>[2]> = {}) {
  const records = {
    length: lives.length,
    at: (index: number) => lives[index] ?? { end: undefined },
    id: String,
  };
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

const lives = fc.array(
  fc.record({ end: fc.option(fc.nat({ max: 5 }), { nil: undefined }), begin: fc.nat({ max: 3 }) }),
  { maxLength: 30 },
);

/** All pages one behind the other, each asked for with the place that the page before it gave. */
async function paged(
  all: { end: number | undefined; begin: number }[],
  limit: { first: number } | { last: number },
) {
  const set: RecordSet<(typeof all)[number]> = {
    filters: [],
    begin: ({ begin }) => begin,
    end: ({ end }) => end,
  };
  const records = {
    length: all.length,
    at: (index: number) => all[index],
    id: (index: number) => `id-${index}`,
  };
  const pages: (readonly number[])[] = [];
  let page: Place | undefined;
  do {
    const query = { ...ALL, last: undefined, first: undefined, ...limit, page };
    const { indices, next }: Selected = await select(records, set, query);
    pages.push(indices);
    page = next && parsePlace(formatPlace(next));
  } while (page !== undefined);
  return pages;
}

test('pages that go on have every record once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(lives, fc.integer({ min: 1, max: 7 }), async (all, first) => {
      const [whole] = await paged(all, { first: 100 });
      expect((await paged(all, { first })).flat()).toEqual(whole);
    }),
  );
});

test('pages that go back have every record once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(lives, fc.integer({ min: 1, max: 7 }), async (all, last) => {
      const [whole] = await paged(all, { first: 100 });
      expect((await paged(all, { last })).reverse().flat()).toEqual(whole);
    }),
  );
});

test('a page goes on behind its place, also when the record is gone', async () => {
  const page = { end: 2, begin: 0, id: 'gone' };
  const all = [1, 2, 3].map((end) => ({ end }));
  expect((await chosen(all, { page })).ends).toEqual([3]);
  expect((await chosen(all, { page, last: 9 })).ends).toEqual([1, 2]);
});

test('what is no place is none', () => {
  for (const text of ['', 'page:', 'r.7', 'page:!!!', `page:${Buffer.from('[1,2]').toString('base64url')}`])
    expect(parsePlace(text)).toBeUndefined();
});

test('records are not made where the order is known and nothing is asked of them', async () => {
  const records: Records<Life> = {
    length: 3,
    id: String,
    at: () => {
      throw new Error('made');
    },
    end: (index) => -index,
  };
  const query = { ...ALL, last: 2, first: undefined };
  expect(await select(records, LIVES, query)).toEqual({
    indices: [1, 0],
    matched: 3,
    next: { end: -1, begin: 0, id: '1' },
  });
  await expect(select(records, LIVES, { ...query, filtered: true })).rejects.toThrow('made');
});

test('others get their turn while many are chosen from', async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  const records: Records<Life> = {
    length: 3000,
    id: String,
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
