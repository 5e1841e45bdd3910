import { expect, test } from 'vitest';
import { flowRecord } from '../flows/record.fixture.ts';
import { AnswerCache } from './answer-cache.ts';

const record = flowRecord();
const translation = { dest: { ip: '10.0.0.3', port: 8080 } };

test('an answer is one of its connection, not of its addresses', () => {
  const cache = new AnswerCache({ capacity: 10, keepMs: 1000 });
  cache.set(record, translation);
  expect(cache.get(flowRecord())).toMatchObject({ translation });
  expect(cache.get(flowRecord({ openedNs: 1_000_001 }))).toBeUndefined();
  expect(cache.get(flowRecord({ sock: 0xffff_8881_0040 }))).toBeUndefined();
  expect(cache.get(flowRecord({ sourcePort: 50_001 }))).toBeUndefined();
});

test('that a connection is not translated is an answer too', () => {
  const cache = new AnswerCache({ capacity: 10, keepMs: 1000 });
  cache.set(record, undefined);
  expect(cache.get(record)).toEqual({ sock: record.sock, openedNs: 1_000_000, translation: undefined });
});

test('answers go when they are between one and two periods old', () => {
  const cache = new AnswerCache({ capacity: 10, keepMs: 1000 });
  cache.expire(5000);
  cache.set(record, translation);
  for (const nowMs of [5999, 6000, 6999]) {
    cache.expire(nowMs);
    expect(cache.get(record), `at ${nowMs}`).toBeDefined();
  }
  cache.expire(7000);
  expect([cache.get(record), cache.size, cache.evicted]).toEqual([undefined, 0, 0]);
});

test('holds no more than its capacity, the latest ones, and counts what had to go', () => {
  const cache = new AnswerCache({ capacity: 10, keepMs: 1000 });
  for (let port = 1; port <= 100; port++) {
    cache.set(flowRecord({ sourcePort: port }), translation);
    expect(cache.size).toBeLessThanOrEqual(10);
    expect(cache.size + cache.evicted).toBe(port);
    const kept = Math.min(port, 5);
    for (let back = 0; back < kept; back++) {
      expect(cache.get(flowRecord({ sourcePort: port - back }))).toBeDefined();
    }
  }
});
