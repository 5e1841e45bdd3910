import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import type { MapTimeline } from '../map/types.ts';
import { NOW, TestSource } from './map-source.fixture.ts';
import { parseTimelineQuery } from './timeline-query.ts';
import { Timelines } from './timelines.ts';

const MANY = 20_000;
const query = (text: string) =>
  parseTimelineQuery(new URLSearchParams(text), { now: NOW, windowMs: 300_000 });
const opened = (timeline: MapTimeline | undefined) =>
  timeline?.buckets.reduce((sum, bucket) => sum + bucket.opened, 0);

function make(flows: number) {
  const source = new TestSource();
  source.tellMany(flows);
  return { source, timelines: new Timelines(source) };
}

it('counts the flows that match', async () => {
  const { source, timelines } = make(0);
  source.tell('a', 1, 'curl');
  source.tell('b', 2, 'wget');
  expect(opened(await timelines.get(query('')))).toBe(2);
  expect(opened(await timelines.get(query('comm=wget')))).toBe(1);
});

it('is drawn once for all who ask while it is drawn, and for those who ask right after', async () => {
  const { source, timelines } = make(1);
  const drawn = await Promise.all(Array.from({ length: 50 }, () => timelines.get(query('comm=curl'))));
  drawn.push(await timelines.get(query('comm=curl')));
  expect(new Set(drawn).size).toBe(1);
  expect(source.walked).toBe(1);
  source.time += 60_000;
  await timelines.get(query('comm=curl'));
  expect(source.walked).toBe(2);
});

it('leaves others their turn, and is drawn when no other one is', async () => {
  const { source, timelines } = make(MANY);
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  });
  onTestFinished(() => clearInterval(timer));
  const drawn = await Promise.all(
    Array.from({ length: 6 }, (_, i) => timelines.get(query(`comm=curl&buckets=${i + 1}`))),
  );
  expect(turns).toBeGreaterThan(0);
  expect(source.mostWalks).toBe(1);
  expect(drawn.map(opened)).toEqual(Array(6).fill(MANY));
});

it('is drawn no further when nobody wants it any more', async () => {
  const { source, timelines } = make(MANY);
  const leave = new AbortController();
  const left = timelines.get(query('comm=curl'), leave.signal);
  await nextTurn();
  expect(source.walks).toBe(1);
  leave.abort();
  expect(await left).toBeUndefined();
  await expect.poll(() => source.walks).toBe(0);
  expect(source.finished).toBe(0);
  expect(opened(await timelines.get(query('comm=curl')))).toBe(MANY);
});
