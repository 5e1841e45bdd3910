import { expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

function waits(random: () => number, count: number): number[] {
  const backoff = new Backoff(random);
  return Array.from({ length: count }, () => backoff.nextMs());
}

it('doubles up to five seconds', () => {
  expect(waits(() => 0, 8)).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
});

it('takes up to half of a wait away at random', () => {
  expect(waits(() => 0.999_999, 2).map(Math.round)).toEqual([50, 100]);
});

it('begins again after a success', () => {
  const backoff = new Backoff(() => 0);
  backoff.nextMs();
  backoff.nextMs();
  backoff.reset();
  expect(backoff.nextMs()).toBe(100);
});
