import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MapChange } from '../map/types.ts';
import { LiveMaps } from './live-maps.ts';
import { parseMapQuery } from './map-query.ts';
import { NOW, TestSource } from './map-source.fixture.ts';

function makeLive(options: { keepAliveMs?: number } = {}) {
  const source = new TestSource();
  const maps = new LiveMaps(source, { intervalMs: 5, keepAliveMs: 60_000, ...options });
  const query = (text = '') =>
    parseMapQuery(new URLSearchParams(text), { now: NOW, windowMs: source.windowMs });
  const follow = (text = '') => {
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    return maps.follow(query(text), stop.signal);
  };
  return { source, maps, query, follow };
}

async function next(stream: AsyncGenerator<string, void>) {
  const { value } = await stream.next();
  const event = /event: (\w+)/.exec(value ?? '')?.[1];
  return { event, data: JSON.parse(/data: (.*)/.exec(value ?? '')?.[1] ?? 'null') };
}

it('answers many questions at once with one drawing', async () => {
  const { source, maps, query } = makeLive();
  const graphs = await Promise.all(Array.from({ length: 50 }, () => maps.get(query())));
  expect(new Set(graphs).size).toBe(1);
  expect(source.drawn).toBe(1);
});

it('answers a later question with a new drawing', async () => {
  const { source, maps, query } = makeLive();
  await maps.get(query());
  source.tell('f', 5);
  expect((await maps.get(query())).edges).toHaveLength(1);
});

it('sends the map, then what changes', async () => {
  const { source, follow } = makeLive();
  source.tell('f', 5);
  const stream = follow();
  expect(await next(stream)).toMatchObject({ event: 'map', data: { edges: [{ bytes: { forward: 5 } }] } });
  source.tell('f', 9);
  const { event, data } = await next(stream);
  expect(event).toBe('change');
  expect((data as MapChange).edges.upserted).toMatchObject([{ bytes: { forward: 9 } }]);
});

it('draws once for all who follow the same map', async () => {
  const { source, follow } = makeLive();
  const streams = Array.from({ length: 10 }, () => follow());
  await Promise.all(streams.map(next));
  const before = source.drawn;
  source.tell('f', 5);
  const changes = await Promise.all(streams.map(next));
  expect(new Set(changes.map(({ data }) => JSON.stringify(data))).size).toBe(1);
  expect(source.drawn - before).toBe(1);
});

it('sends a client that comes late all that changed as one', async () => {
  const { source, follow } = makeLive();
  const quick = follow();
  const slow = follow();
  await next(quick);
  await next(slow);
  for (const bytes of [1, 2, 3]) {
    source.tell('f', bytes);
    await next(quick);
  }
  const { data } = await next(slow);
  expect((data as MapChange).edges.upserted).toMatchObject([{ bytes: { forward: 3 } }]);
});

it('says that it is alive while nothing changes', async () => {
  const { follow } = makeLive({ keepAliveMs: 5 });
  const stream = follow();
  await next(stream);
  expect((await stream.next()).value).toBe(': nothing changed\n\n');
});

it('draws the map of some flows', async () => {
  const { source, maps, query } = makeLive();
  source.tell('a', 1, 'curl');
  source.tell('b', 2, 'wget');
  const { nodes } = await maps.get(query('comm=wget'));
  expect(nodes.map(({ name }) => name)).toEqual(['10.0.0.2', 'wget']);
});

describe('the map of some flows', () => {
  const MANY = 20_000;

  it('is drawn once for all who ask while it is drawn', async () => {
    const { source, maps, query } = makeLive();
    source.tell('a', 1);
    const graphs = await Promise.all(Array.from({ length: 50 }, () => maps.get(query('comm=curl'))));
    expect(new Set(graphs).size).toBe(1);
    expect(source.walked).toBe(1);
  });

  it('leaves others their turn, and is drawn when no other one is', async () => {
    const { source, maps, query } = makeLive();
    source.tellMany(MANY);
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    });
    onTestFinished(() => clearInterval(timer));
    const graphs = await Promise.all(
      Array.from({ length: 6 }, (_, i) => maps.get(query(`comm=curl&limit=${i + 10}`))),
    );
    expect(turns).toBeGreaterThan(0);
    expect(source.mostWalks).toBe(1);
    expect(graphs.map(({ edges }) => edges[0]?.bytes.forward)).toEqual(Array(6).fill(MANY));
  });

  it('is drawn no further when nobody wants it any more', async () => {
    const { source, maps, query } = makeLive();
    source.tellMany(MANY);
    const leave = new AbortController();
    const left = maps.get(query('comm=curl'), leave.signal);
    const stay = new AbortController();
    const stream = maps.follow(query('protocol=tcp'), stay.signal);
    const first = stream.next();
    await nextTurn();
    expect(source.walks).toBe(1);
    leave.abort();
    stay.abort();
    await left;
    expect(await first).toMatchObject({ done: true });
    await expect.poll(() => source.walks).toBe(0);
    expect(source.finished).toBe(0);
    expect((await maps.get(query('comm=curl'))).edges[0]?.bytes.forward).toBe(MANY);
  });
});

it('does not draw what nobody follows any more', async () => {
  const { source, follow } = makeLive();
  const left = follow('group=process');
  const kept = follow('group=address');
  await next(left);
  await next(kept);
  await left.return();
  source.drawnGroups.clear();
  source.tell('f', 5);
  await next(kept);
  expect([...source.drawnGroups]).toEqual(['address']);
});
