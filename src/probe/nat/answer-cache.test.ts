import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flowRecord } from '../flows/record.fixture.ts';
import { AnswerCache } from './answer-cache.ts';

const record = flowRecord();
const translation = { dest: { ip: '10.0.0.3', port: 8080 } };

test('an answer is one of its connection, not of its addresses', () => {
  const cache = new AnswerCache({ capacity: 10, keepMs: 1000 });
  cache.set(record, translation);
  expect(cache.get(flowRecord())).toEqual(translation);
  for (const other of [{ openedNs: 1_000_001 }, { sock: 0xffff_8881_0040 }, { sourcePort: 50_001 }]) {
    expect(cache.has(flowRecord(other))).toBe(false);
    expect(cache.get(flowRecord(other))).toBeUndefined();
  }
});

test('that a connection is not translated is an answer too', () => {
  const cache = new AnswerCache({ capacity: 10, keepMs: 1000 });
  cache.set(record, undefined);
  expect([cache.has(record), cache.get(record)]).toEqual([true, undefined]);
});

test('answers go when they are old', () => {
  const cache = new AnswerCache({ capacity: 10, keepMs: 1000 });
  const later = flowRecord({ sourcePort: 1 });
  cache.expire(5000);
  cache.set(record, translation);
  cache.expire(5500);
  cache.set(later, translation);
  cache.expire(5999);
  expect([cache.has(record), cache.has(later), cache.size]).toEqual([true, true, 2]);
  cache.expire(6000);
  expect([cache.has(record), cache.has(later), cache.size]).toEqual([false, true, 1]);
  cache.expire(9000);
  expect([cache.has(later), cache.size, cache.evicted]).toEqual([false, 0, 0]);
});

test('whatever is kept and forgotten, it has the latest that fit and are not old', () => {
  const capacity = 5;
  const step = fc.record({ passedMs: fc.nat(400), openedNs: fc.nat(20) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const cache = new AnswerCache({ capacity, keepMs: 1000 });
      let expected: { openedNs: number; setMs: number }[] = [];
      let evicted = 0;
      let nowMs = 0;
      for (const { passedMs, openedNs } of steps) {
        nowMs += passedMs;
        cache.expire(nowMs);
        expected = expected.filter(({ setMs }) => nowMs - setMs < 1000);
        const connection = flowRecord({ openedNs });
        if (!cache.has(connection)) {
          cache.set(connection, { dest: { ip: '10.0.0.3', port: openedNs } });
          expected.push({ openedNs, setMs: nowMs });
          if (expected.length > capacity) {
            expected.shift();
            evicted++;
          }
        }
        expect([cache.size, cache.evicted]).toEqual([expected.length, evicted]);
        const kept = new Set(expected.map((answer) => answer.openedNs));
        for (let opened = 0; opened <= 20; opened++) {
          const answer = cache.get(flowRecord({ openedNs: opened }));
          expect(answer?.dest?.port).toBe(kept.has(opened) ? opened : undefined);
        }
      }
    }),
  );
});
