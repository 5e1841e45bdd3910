import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readFlow } from '../wire/rows.ts';
import { RecordFeed } from './record-feed.ts';
import { record, row } from './store/flow.fixture.ts';
import { FlowColumns } from './store/flow-columns.ts';

function feedOf(capacity: number, changes: number): RecordFeed {
  const feed = new RecordFeed({ run: 'r', capacity, rows: new FlowColumns(), entryBytes: 1, read: readFlow });
  for (let n = 1; n <= changes; n++) feed.append('flow.opened', row(`f${n}`));
  return feed;
}

it('gives what came behind the cursor, as it was then', () => {
  const feed = feedOf(8, 3);
  feed.append('flow.closed', row('f1', { state: 'closed' }));
  expect(feed.follow('r.2').next(10)).toEqual([
    { type: 'flow.opened', cursor: 'r.3', ...record('f3') },
    { type: 'flow.closed', cursor: 'r.4', ...record('f1', { state: 'closed' }) },
  ]);
});

it('gives what comes from now on without a cursor', () => {
  const feed = feedOf(8, 3);
  const follower = feed.follow();
  expect(follower.next(10)).toEqual([]);
  feed.append('flow.opened', row('f4'));
  expect(follower.next(10)).toMatchObject([{ id: 'f4', cursor: 'r.4' }]);
});

it('gives or counts every change, whatever the pace of the follower', () => {
  const turns = fc.array(fc.record({ appended: fc.nat(12), read: fc.nat(6) }), { maxLength: 20 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), turns, (capacity, all) => {
      const feed = feedOf(capacity, 0);
      const follower = feed.follow('r.0');
      const ids: string[] = [];
      let lost = 0;
      const take = (max: number) => {
        for (const event of follower.next(max) as { type: string; id: string; lost?: number }[]) {
          if (event.type === 'lost') lost += event.lost ?? 0;
          else ids.push(event.id);
        }
      };
      for (const { appended, read } of all) {
        for (let i = 0; i < appended; i++) feed.append('flow.opened', row(`f${feed.head + 1}`));
        take(read);
      }
      take(feed.head + 1);
      expect(ids.length + lost).toBe(feed.head);
      expect(ids).toEqual([...new Set(ids)]);
      expect(follower.status()).toMatchObject({ lag: 0, lost });
    }),
  );
});

it('wakes who waits, and ends the wait of who goes', async () => {
  const feed = feedOf(8, 0);
  const follower = feed.follow();
  const woken = follower.wait();
  feed.append('flow.opened', row('f1'));
  await woken;
  follower.next(1);
  const ended = follower.wait();
  follower.close();
  await ended;
  expect(feed.readers).toEqual([]);
});

it('refuses what is not a cursor', () => {
  expect(() => feedOf(8, 0).follow('yesterday')).toThrow(/not a cursor/);
});
