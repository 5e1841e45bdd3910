import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeItem } from '../../wire/cbor.ts';
import type { EventType } from '../../wire/messages.ts';
import { EventLog } from './event-log.ts';
import type { EventReader } from './event-reader.ts';

const ROOMY = { run: 'r1', maxBytes: 2 ** 30, maxEvents: 2 ** 20 };

/** Appends events that carry their own number. */
function fill(log: EventLog, count: number, type: EventType = 'flow.closed'): void {
  for (let i = 0; i < count; i++) log.append(type, [log.head + pending(log) + 1]);
}

function pending(log: EventLog): number {
  const appended = Object.values(log.appended).reduce((sum, each) => sum + each, 0);
  return appended - log.head;
}

/** The numbers of the events that a reader is given until there is nothing more, and how many it is told it lost. */
function drain(log: EventLog, reader: EventReader): { seen: number[]; lost: number } {
  const seen: number[] = [];
  let lost = 0;
  for (let item = reader.next(); item !== undefined; item = reader.next()) {
    if (item.type === 'lost') lost += item.lost ?? 0;
    else seen.push(...log.eventsOf(item).map(([, row]) => Number(row[0])));
  }
  return { seen, lost };
}

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('a reader', () => {
  test('sees what is appended after it came, once it is flushed', () => {
    const log = new EventLog(ROOMY);
    fill(log, 3);
    log.flush();
    const reader = log.reader('test');
    fill(log, 2);
    expect(reader.next()).toBeUndefined();
    log.flush();
    expect(drain(log, reader)).toEqual({ seen: [4, 5], lost: 0 });
  });

  test('continues from any event, also in the middle of a batch', () => {
    const log = new EventLog(ROOMY);
    for (const count of [5, 300, 1]) {
      fill(log, count);
      log.flush();
    }
    for (const seq of [0, 3, 5, 100, 305, 306]) {
      const reader = log.reader('test', { run: 'r1', seq });
      expect(drain(log, reader)).toEqual({ seen: upTo(seq + 1, 306), lost: 0 });
      expect(reader.cursor).toBe('r1.306');
    }
  });

  test('is told exactly how many events it was too slow for', () => {
    const log = new EventLog({ ...ROOMY, maxEvents: 100 });
    const slow = log.reader('test');
    fill(log, 1000);
    log.flush();

    const { seen, lost } = drain(log, slow);
    expect(seen).toEqual(upTo(lost + 1, 1000));
    expect(lost).toBeGreaterThanOrEqual(900);
    expect(slow.status()).toMatchObject({ position: 1000, lag: 0, lost });
    expect(log.missed).toBe(lost);
  });

  test('of another run is told so, and is given all that is held of this one', () => {
    const log = new EventLog({ ...ROOMY, maxEvents: 100 });
    fill(log, 1000);
    log.flush();
    const reader = log.reader('test', { run: 'r0', seq: 7 });
    expect(reader.next()).toEqual({ type: 'lost', cursor: 'r1.0', reason: 'restarted' });
    const { seen, lost } = drain(log, reader);
    expect(seen).toEqual(upTo(lost + 1, 1000));
  });

  test('cannot come from a place that was not reached yet', () => {
    const log = new EventLog(ROOMY);
    fill(log, 1);
    expect(() => log.reader('test', { run: 'r1', seq: 1 })).toThrow(
      expect.objectContaining({ code: 'SP_QUERY_INVALID', parameter: 'after' }),
    );
  });

  test('waits for events, and ends after finish() when it has seen all', async () => {
    const log = new EventLog(ROOMY);
    const reader = log.reader('test');
    const seen: number[] = [];
    const done = (async () => {
      for await (const item of reader) if (item.type === 'batch') seen.push(item.firstSeq);
    })();
    for (let i = 0; i < 3; i++) {
      fill(log, 1);
      log.flush();
      await new Promise(setImmediate);
    }
    expect(seen).toEqual([1, 2, 3]);
    fill(log, 1);
    log.flush();
    reader.finish();
    await done;
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  test('is off the log when it was closed', () => {
    const log = new EventLog(ROOMY);
    const reader = log.reader('test');
    expect(log.readers.size).toBe(1);
    reader.close();
    expect(log.readers.size).toBe(0);
  });
});

describe('the ring', () => {
  test('stays within its events and bytes', () => {
    const log = new EventLog({ run: 'r1', maxBytes: 50_000, maxEvents: 5000 });
    for (let i = 0; i < 2000; i++) {
      log.append('flow.closed', ['x'.repeat(i % 300)]);
      if (i % 7 === 0) log.flush();
      expect(log.stats().events).toBeLessThanOrEqual(5000);
      expect(log.stats().bytes).toBeLessThanOrEqual(50_000);
    }
  });

  test('keeps the newest event even when that one alone is over the limit', () => {
    const log = new EventLog({ run: 'r1', maxBytes: 10, maxEvents: 1 });
    fill(log, 3);
    log.flush();
    expect(log.oldest).toBe(3);
    expect(drain(log, log.reader('test', { run: 'r1', seq: 0 }))).toEqual({ seen: [3], lost: 2 });
  });

  test('counts events by type', () => {
    const log = new EventLog(ROOMY);
    fill(log, 2, 'flow.opened');
    fill(log, 3, 'flow.closed');
    expect(log.appended).toMatchObject({ 'flow.opened': 2, 'flow.updated': 0, 'flow.closed': 3 });
  });

  test('encodes a batch as an events message with the cursor of its last event', () => {
    const log = new EventLog(ROOMY);
    log.append('flow.opened', ['a']);
    log.append('flow.closed', ['b']);
    log.flush();
    const batch = log.batchFrom(1);
    expect(batch && decodeItem(batch.item)).toEqual({
      type: 'events',
      cursor: 'r1.2',
      events: [
        [0, ['a']],
        [2, ['b']],
      ],
    });
  });
});

test('whatever is appended, read and resumed, each reader sees every event or is told of it, in order', () => {
  const step = fc.oneof(
    fc.record({ append: fc.nat(60) }),
    fc.constant({ flush: true }),
    fc.record({ resume: fc.nat() }),
    fc.record({ read: fc.nat() }),
  );
  const limits = fc.record({
    run: fc.constant('r1'),
    maxBytes: fc.integer({ min: 1, max: 20_000 }),
    maxEvents: fc.integer({ min: 1, max: 300 }),
  });
  fc.assert(
    fc.property(limits, fc.array(step, { maxLength: 60 }), (options, steps) => {
      const log = new EventLog(options);
      const readers: { reader: EventReader; next: number }[] = [];
      const read = (each: { reader: EventReader; next: number }) => {
        const { seen, lost } = drain(log, each.reader);
        expect(seen).toEqual(upTo(each.next + lost, log.head));
        each.next = log.head + 1;
      };
      for (const each of steps) {
        if ('append' in each) fill(log, each.append);
        if ('flush' in each) log.flush();
        if ('resume' in each) {
          const seq = each.resume % (log.head + 1);
          readers.push({ reader: log.reader('test', { run: 'r1', seq }), next: seq + 1 });
        }
        const chosen = 'read' in each ? readers[each.read % readers.length] : undefined;
        if (chosen) read(chosen);
      }
      log.flush();
      for (const each of readers) read(each);
    }),
    { numRuns: 200 },
  );
});
