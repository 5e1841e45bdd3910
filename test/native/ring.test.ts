import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BpfObject } from '../../src/probe/native.ts';
import {
  eventually,
  FORCE_WAKEUP,
  failure,
  NO_WAKEUP,
  numbersIn,
  openFixture,
  RECORD_IN_RING,
  RECORD_SIZE,
  THREADS_A_RING,
  withFixture,
} from './fixture.ts';

const DEFAULT_WAKEUP = 0;
const RING_BYTES = 64 * 1024;
/** One byte of a ring always stays free. */
const RING_RECORDS = RING_BYTES / RECORD_IN_RING - 1;

const none = () => {};
const range = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);

function submit(object: BpfObject, first: number, count: number, flags = NO_WAKEUP): void {
  object.testRun('submit', [first, count, flags]);
}

function drainAll(object: BpfObject, bytes: number): number[] {
  const buffer = new Uint8Array(bytes);
  const numbers: number[] = [];
  for (let used = object.drain('ring', buffer); used > 0; used = object.drain('ring', buffer)) {
    numbers.push(...numbersIn(buffer, used));
  }
  return numbers;
}

/** A ring whose announcements are counted. */
function countCalls(object: BpfObject): { calls: number } {
  const counted = { calls: 0 };
  object.openRing('ring', () => {
    counted.calls++;
  });
  return counted;
}

/** Returns when another ring's announcement, made after everything before, has come through. */
async function afterAnother(): Promise<void> {
  await withFixture(async (other) => {
    const counted = countCalls(other);
    submit(other, 0, 1, FORCE_WAKEUP);
    await eventually('the other ring is announced', () => counted.calls > 0);
  });
}

test('every record comes out once and in order, whatever the size of the buffer', () =>
  withFixture((object) => {
    object.openRing('ring', none);
    for (const bytes of [RECORD_SIZE, RECORD_SIZE + 1, 100, 4096, RING_BYTES]) {
      submit(object, 1000, 1500);
      expect(drainAll(object, bytes)).toEqual(range(1000, 1500));
    }
    expect(object.backlog('ring')).toBe(0);
    expect(object.counters('lost')).toEqual([0, 0]);
  }));

test('any mix of writing, giving back and draining agrees with a queue', () =>
  withFixture((object) => {
    object.openRing('ring', none);
    const step = fc.oneof(
      fc.record({ kind: fc.constant('submit' as const), n: fc.integer({ min: 1, max: 400 }) }),
      fc.record({ kind: fc.constant('discard' as const), n: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ kind: fc.constant('drain' as const), n: fc.integer({ min: RECORD_SIZE, max: 9000 }) }),
    );
    let next = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        drainAll(object, RING_BYTES);
        const queue: number[] = [];
        for (const { kind, n } of steps) {
          if (kind === 'discard') for (let i = 0; i < n; i++) object.testRun('discard');
          else if (kind === 'submit') {
            const room = Math.floor((RING_BYTES - 1 - object.backlog('ring')) / RECORD_IN_RING);
            const lost = object.counters('lost')[0] ?? 0;
            submit(object, next, n);
            queue.push(...range(next, Math.min(n, room)));
            next += n;
            expect(object.counters('lost')[0]).toBe(lost + Math.max(0, n - room));
          } else {
            const buffer = new Uint8Array(n);
            const out = numbersIn(buffer, object.drain('ring', buffer));
            expect(out).toEqual(queue.splice(0, Math.floor(n / RECORD_SIZE)));
          }
        }
        expect(drainAll(object, 333)).toEqual(queue);
      }),
      { numRuns: 40 },
    );
  }));

test('a full ring keeps what it holds and the rest is counted', () =>
  withFixture((object) => {
    object.openRing('ring', none);
    submit(object, 0, 4000);
    expect(object.counters('lost')).toEqual([4000 - RING_RECORDS, 0]);
    expect(drainAll(object, 8192)).toEqual(range(0, RING_RECORDS));
    submit(object, 7, 1);
    expect(drainAll(object, 8192)).toEqual([7]);
  }));

test('the backlog is what the ring holds', () =>
  withFixture((object) => {
    object.openRing('ring', none);
    expect(object.backlog('ring')).toBe(0);
    submit(object, 0, 10);
    expect(object.backlog('ring')).toBe(10 * RECORD_IN_RING);
    object.drain('ring', new Uint8Array(3 * RECORD_SIZE));
    expect(object.backlog('ring')).toBe(7 * RECORD_IN_RING);
  }));

test('a buffer below the next record is refused with its size, and the record stays', () =>
  withFixture((object) => {
    object.openRing('ring', none);
    expect(object.drain('ring', new Uint8Array(0))).toBe(0);
    submit(object, 5, 1);
    for (const bytes of [0, RECORD_SIZE - 1]) {
      const error = failure(() => object.drain('ring', new Uint8Array(bytes)));
      expect(error).toMatchObject({ code: 'ENOBUFS', operation: 'drain' });
      expect(error.message).toContain(`the next record has 24 bytes; the buffer has ${bytes}`);
    }
    expect(drainAll(object, RECORD_SIZE)).toEqual([5]);
  }));

test('nothing is written past the records', () =>
  withFixture((object) => {
    object.openRing('ring', none);
    submit(object, 1, 2);
    const whole = new Uint8Array(200).fill(0xee);
    expect(object.drain('ring', whole.subarray(8, 8 + 3 * RECORD_SIZE))).toBe(2 * RECORD_SIZE);
    expect(whole.subarray(0, 8)).toEqual(new Uint8Array(8).fill(0xee));
    expect(whole.subarray(8 + 2 * RECORD_SIZE)).toEqual(new Uint8Array(192 - 2 * RECORD_SIZE).fill(0xee));
  }));

test('an announced record calls back once, and not again before a drain', () =>
  withFixture(async (object) => {
    const counted = countCalls(object);
    for (let i = 0; i < 200; i++) submit(object, i, 1, FORCE_WAKEUP);
    await eventually('the first call', () => counted.calls > 0);
    for (let i = 200; i < 400; i++) submit(object, i, 1, FORCE_WAKEUP);
    await afterAnother();
    expect(counted.calls).toBe(1);
    expect(drainAll(object, RING_BYTES)).toEqual(range(0, 400));
  }));

test('each drain makes the next announcement heard', () =>
  withFixture(async (object) => {
    const counted = countCalls(object);
    for (let round = 0; round < 50; round++) {
      const before = counted.calls;
      submit(object, round, 1, FORCE_WAKEUP);
      await eventually(`the call of round ${round}`, () => counted.calls > before);
      expect(drainAll(object, RING_BYTES)).toEqual([round]);
    }
  }));

test('the default flags announce to a reader that had caught up', () =>
  withFixture(async (object) => {
    const counted = countCalls(object);
    for (let round = 0; round < 50; round++) {
      const before = counted.calls;
      submit(object, round, 3, DEFAULT_WAKEUP);
      await eventually(`the call of round ${round}`, () => counted.calls > before);
      drainAll(object, RING_BYTES);
    }
  }));

test('an unannounced record calls nobody, and a drain finds it', () =>
  withFixture(async (object) => {
    const counted = countCalls(object);
    submit(object, 0, 100, NO_WAKEUP);
    await afterAnother();
    expect(counted.calls).toBe(0);
    expect(drainAll(object, RING_BYTES)).toEqual(range(0, 100));
  }));

test('a ring that held records when it was opened is announced', () =>
  withFixture(async (object) => {
    submit(object, 0, 1, NO_WAKEUP);
    const counted = countCalls(object);
    await eventually('the call', () => counted.calls > 0);
  }));

test('a ring is opened once', () =>
  withFixture((object) => {
    object.openRing('ring', none);
    expect(failure(() => object.openRing('ring', none)).code).toBe('EEXIST');
  }));

test('closing within the callback is fine, and no call comes after close', async () => {
  const object = openFixture();
  object.load();
  let calls = 0;
  object.openRing('ring', () => {
    calls++;
    object.close();
  });
  submit(object, 0, 1, FORCE_WAKEUP);
  await eventually('the call', () => calls > 0);

  const quiet = openFixture();
  quiet.load();
  const counted = countCalls(quiet);
  submit(quiet, 0, 1, FORCE_WAKEUP);
  quiet.close();
  await afterAnother();
  expect(counted.calls).toBe(0);
});

test('the reader has its thread and no other, gone after close', async () => {
  const object = openFixture();
  object.load();
  // By their ids: one of a test before may end at any moment.
  const threads = () => readdirSync('/proc/self/task');
  const before = threads();
  object.openRing('ring', none);
  const made = threads().filter((id) => !before.includes(id));
  expect(made).toHaveLength(THREADS_A_RING);
  object.close();
  await eventually('the thread ends', () => !threads().some((id) => made.includes(id)));
});
