import { expect, it } from 'vitest';
import { Turns } from './turns.ts';

const never = new AbortController().signal;

function work() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { end, run: () => ended };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

it('lets so many go on at a time, and the others in their order', async () => {
  const turns = new Turns(2);
  const begun: number[] = [];
  const works = Array.from({ length: 4 }, work);
  const all = works.map(({ run }, i) =>
    turns.take(() => {
      begun.push(i);
      return run();
    }, never),
  );
  await settled();
  expect(begun).toEqual([0, 1]);
  works[1]?.end();
  await settled();
  expect(begun).toEqual([0, 1, 2]);
  for (const { end } of works) end();
  await Promise.all(all);
  expect(begun).toEqual([0, 1, 2, 3]);
});

it('passes the turn on from work that failed', async () => {
  const turns = new Turns(1);
  await expect(turns.take(() => Promise.reject(new Error('it broke')), never)).rejects.toThrow('it broke');
  expect(await turns.take(async () => 'done', never)).toBe('done');
});

it('forgets who leaves while it waits, also when its turn comes in that moment', async () => {
  const turns = new Turns(1);
  const first = work();
  const running = turns.take(first.run, never);
  const stop = new AbortController();
  const left = turns.take(async () => 'never', stop.signal);
  const next = turns.take(async () => 'next', never);
  stop.abort(new Error('gone'));
  first.end();
  await expect(left).rejects.toThrow('gone');
  await running;
  expect(await next).toBe('next');
  expect(await turns.take(async () => 'free again', never)).toBe('free again');
});
