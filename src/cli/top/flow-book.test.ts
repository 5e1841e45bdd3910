import { expect, test } from 'vitest';
import { at, flow, NOW } from './flow.fixture.ts';
import { FlowBook } from './flow-book.ts';

function open(maxClosed = 10): FlowBook {
  return new FlowBook({ windowMs: 60_000, maxClosed });
}

const sent = (bytes: number) => ({ sent: { bytes, packets: 1 } });
const closed = (ago: number) => ({ state: 'closed', closedAt: at(NOW - ago) }) as const;
const ids = (book: FlowBook) => Array.from(book, ({ flow }) => flow.id);

test('a rate is what came between two looks', () => {
  const book = open();
  book.update(flow('a', 4_000, sent(1_000)), NOW);
  book.update(flow('a', 2_000, sent(5_000)), NOW);
  expect([...book]).toMatchObject([{ rate: { sent: 2_000, received: 0 } }]);
});

test('the bytes of a connection that was open before are no rate', () => {
  const book = open();
  book.update(flow('a', 0, { ...sent(9_000_000), openedAt: at(NOW - 3_600_000) }), NOW);
  expect([...book]).toMatchObject([{ rate: { sent: 0 } }]);
});

test('a connection too short to be seen open has a rate', () => {
  const book = open();
  book.update(flow('a', 0, { ...sent(5_000), ...closed(0), openedAt: at(NOW - 5) }), NOW);
  expect([...book]).toMatchObject([{ rate: { sent: 1_000 } }]);
});

test('what closed is forgotten after the window, and is final', () => {
  const book = open();
  book.update(flow('old', 61_000, closed(61_000)), NOW);
  book.update(flow('new', 1_000, closed(1_000)), NOW);
  book.update(flow('open', 0), NOW);
  book.update(flow('new', 0), NOW);
  book.sweep(NOW);
  expect(ids(book)).toEqual(['open', 'new']);
});

test('more closed connections than there is room for are counted', () => {
  const book = open(2);
  for (const id of ['a', 'b', 'c']) book.update(flow(id, 0, closed(0)), NOW);
  expect(ids(book)).toEqual(['b', 'c']);
  expect(book.forgotten).toBe(1);
});

test('a connection whose end was not told goes with the next list', () => {
  const book = open();
  for (const id of ['a', 'b']) book.update(flow(id, 0), NOW);
  book.keepOpen(new Set(['b']));
  expect(ids(book)).toEqual(['b']);
});
