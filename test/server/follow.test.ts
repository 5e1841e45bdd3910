import { describe, expect, test } from 'vitest';
import { EVENT_TYPES } from '../../src/wire/messages.ts';
import { flow, MadeUpProbe, open, readLines, readMessages, serve, summarize, upTo } from './harness.ts';

const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `f-${from + i}`);
const CBOR = 'application/cbor-seq';
const NDJSON = 'application/x-ndjson';

describe('a followed stream', () => {
  test('begins at once with hello, and then carries what happens, as CBOR sequence', async () => {
    const { probe, socketPath } = await serve();
    probe.close(1, 3);
    const stream = await open(socketPath, '/v1/flows?follow=true', CBOR);
    const [hello] = await readMessages(stream, (messages) => messages.length > 0);
    expect(hello).toMatchObject({
      type: 'hello',
      cursor: 'r1.3',
      events: [...EVENT_TYPES],
    });

    probe.close(4, 300);
    const messages = await readMessages(stream, upTo('r1.300'));
    expect(summarize(messages)).toEqual({ ids: ids(4, 300), lost: 0 });
    expect(messages.at(-1)).toMatchObject({ type: 'events', cursor: 'r1.300' });
  });

  test.each([NDJSON, 'application/json', '*/*'])(
    'is one event a line when %s is asked for',
    async (accept) => {
      const { probe, socketPath } = await serve();
      const stream = await open(socketPath, '/v1/flows?follow=true', accept);
      expect(stream.headers['content-type']).toBe(NDJSON);
      probe.close(1, 1, 'flow.opened');
      probe.close(2);
      const lines = await readLines(stream, 2);
      expect(lines.map((line) => JSON.parse(line))).toEqual([
        { type: 'flow.opened', cursor: 'r1.1', ...flow(1) },
        { type: 'flow.closed', cursor: 'r1.2', ...flow(2) },
      ]);
    },
  );

  test('carries only what the filters let through, and its cursor moves on all the same', async () => {
    const { probe, socketPath } = await serve();
    const binary = await open(socketPath, '/v1/flows?follow=true&port=1032-2000', CBOR);
    const lines = await open(socketPath, '/v1/flows?follow=true&port=1032-2000', NDJSON);
    probe.close(1, 5);
    probe.close(6, 10);
    const messages = await readMessages(binary, upTo('r1.10'));
    probe.close(1, 5);
    const [place] = await readMessages(binary, upTo('r1.15'));
    expect(place).toEqual({ type: 'events', cursor: 'r1.15', events: [] });
    expect(summarize(messages).ids).toEqual(ids(8, 10));
    expect((await readLines(lines, 3)).map((line) => JSON.parse(line).id)).toEqual(ids(8, 10));
  });

  test('continues behind the cursor of a list with all that came after it', async () => {
    const { probe, socketPath } = await serve();
    probe.close(1, 10);
    const list = await readMessages(await open(socketPath, '/v1/flows', CBOR));
    const end = list.at(-1);
    if (end?.type !== 'end') throw new Error('the list has no end');
    probe.close(11, 20);
    const stream = await open(socketPath, `/v1/flows?follow=true&after=${end.cursor}`, CBOR);
    const messages = await readMessages(stream, upTo('r1.20'));
    expect(summarize(messages)).toEqual({ ids: ids(11, 20), lost: 0 });
  });
});

describe('a client that comes back with its cursor', () => {
  test('loses nothing of what happened meanwhile', async () => {
    const { probe, socketPath } = await serve();
    const first = await open(socketPath, '/v1/flows?follow=true', CBOR);
    probe.close(1, 1000);
    const seen = await readMessages(first, (all) => summarize(all).ids.length >= 500);
    first.destroy();
    probe.close(1001, 10_000);

    const last = seen.at(-1);
    if (last?.type !== 'events') throw new Error('the last message carries no events');
    const second = await open(socketPath, `/v1/flows?follow=true&after=${last.cursor}`, CBOR);
    const rest = await readMessages(second, upTo('r1.10000'));
    expect([...summarize(seen).ids, ...summarize(rest).ids]).toEqual(ids(1, 10_000));
    expect(summarize(rest).lost).toBe(0);
  });

  test('continues in the middle of a batch, by line', async () => {
    const { probe, socketPath } = await serve();
    probe.close(1, 100);
    const stream = await open(socketPath, '/v1/flows?follow=true&after=r1.42', NDJSON);
    const lines = await readLines(stream, 58);
    expect(lines.map((line) => JSON.parse(line).id)).toEqual(ids(43, 100));
  });

  test('is told exactly how many events are gone for good', async () => {
    const { probe, socketPath } = await serve(new MadeUpProbe({ maxEvents: 1000 }));
    probe.close(1, 5000);
    const stream = await open(socketPath, '/v1/flows?follow=true&after=r1.10', CBOR);
    const messages = await readMessages(stream, upTo('r1.5000'));
    const { ids: seen, lost } = summarize(messages);
    expect(messages[1]).toEqual({ type: 'lost', cursor: `r1.${10 + lost}`, lost, reason: 'overflow' });
    expect(lost + seen.length).toBe(4990);
    expect(seen).toEqual(ids(11 + lost, 5000));

    const text = await readLines(await open(socketPath, '/v1/flows?follow=true&after=r1.10', NDJSON), 1);
    expect(JSON.parse(text[0] ?? '')).toEqual(messages[1]);
  });

  test('of an earlier run of the probe is told so, and given what this run has', async () => {
    const { probe, socketPath } = await serve();
    probe.close(1, 3);
    const stream = await open(socketPath, '/v1/flows?follow=true&after=r0.77', CBOR);
    const messages = await readMessages(stream, upTo('r1.3'));
    expect(messages[0]).toMatchObject({ type: 'hello', cursor: 'r1.0' });
    expect(messages[1]).toEqual({ type: 'lost', cursor: 'r1.0', reason: 'restarted' });
    expect(summarize(messages).ids).toEqual(ids(1, 3));
  });
});

test('a client that stops reading loses an exact number of events, and no other client loses any', async () => {
  const { probe, socketPath } = await serve(new MadeUpProbe({ maxEvents: 5000 }));
  const stopped = await open(socketPath, '/v1/flows?follow=true', CBOR);
  stopped.pause();
  const reading = await open(socketPath, '/v1/flows?follow=true', CBOR);
  const seen = readMessages(reading, upTo('r1.40000'));
  const lags = () => [...probe.events.readers].map((reader) => reader.status().lag);
  for (let n = 1; n <= 40_000; n += 100) {
    probe.close(n, n + 99);
    while (Math.min(...lags()) > 1000) await new Promise(setImmediate);
  }
  expect(summarize(await seen)).toEqual({ ids: ids(1, 40_000), lost: 0 });

  stopped.resume();
  const late = await readMessages(stopped, upTo('r1.40000'));
  const { ids: got, lost } = summarize(late);
  expect(lost).toBeGreaterThan(0);
  expect(got.length + lost).toBe(40_000);
  expect(got).toEqual([...ids(1, got.length - 5000), ...got.slice(-5000)]);
  expect(probe.events.missed).toBe(lost);
});
