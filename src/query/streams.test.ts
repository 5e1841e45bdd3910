import { expect, it } from 'vitest';
import { Streams } from './streams.ts';

const LIMITS = { max: 2, patienceMs: 60_000 };
const client = { headers: { 'content-type': 'text/plain' }, disconnect: () => {} };

async function* pieces(...texts: string[]): AsyncGenerator<string, void> {
  yield* texts;
}

/** Yields once, then waits to be told to end. */
async function* endless(signal: AbortSignal): AsyncGenerator<string, void> {
  yield 'first';
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
}

it('sends the pieces in their order', async () => {
  const streams = new Streams(LIMITS);
  const answer = streams.answer(() => pieces('a', 'b', 'c'), client);
  expect(await answer.text()).toBe('abc');
  expect(streams.counts).toEqual({ open: 0, max: 2 });
});

it('makes a piece only when the client takes it', async () => {
  let made = 0;
  async function* count(): AsyncGenerator<string, void> {
    for (;;) yield String(++made);
  }
  const reader = new Streams(LIMITS).answer(count, client).body?.getReader();
  await reader?.read();
  await reader?.read();
  expect(made).toBe(2);
  await reader?.cancel();
});

it('is full at its limit, until a stream ends', async () => {
  const streams = new Streams(LIMITS);
  const first = streams.answer(endless, client);
  streams.answer(endless, client);
  expect(() => streams.answer(endless, client)).toThrow(/2 streams are open/);
  await first.body?.cancel();
  expect(streams.counts.open).toBe(1);
});

it('tells the maker when the client goes away, also while it waits', async () => {
  const streams = new Streams(LIMITS);
  const reader = streams.answer(endless, client).body?.getReader();
  await reader?.read();
  const rest = reader?.read();
  await reader?.cancel();
  expect((await rest)?.done).toBe(true);
  expect(streams.counts.open).toBe(0);
});

it('ends all streams when it closes', async () => {
  const streams = new Streams(LIMITS);
  const answer = streams.answer(endless, client);
  const text = answer.text();
  streams.close();
  expect(await text).toBe('first');
});

it('disconnects a client that takes nothing', async () => {
  const streams = new Streams({ max: 1, patienceMs: 1 });
  const gone = new Promise<void>((resolve) => {
    const reader = streams.answer(endless, { ...client, disconnect: resolve }).body?.getReader();
    void reader?.read();
  });
  await gone;
});

it('frees its place when making a piece fails', async () => {
  const streams = new Streams(LIMITS);
  const failing = streams.answer(async function* () {
    yield 'a';
    throw new Error('cannot go on');
  }, client);
  await expect(failing.text()).rejects.toThrow('cannot go on');
  expect(streams.counts.open).toBe(0);
});
