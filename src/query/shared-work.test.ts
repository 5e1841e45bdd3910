import { expect, it } from 'vitest';
import { SharedWork } from './shared-work.ts';

it('is due when its outcome is old, and when the clock was set back', async () => {
  let nowMs = 1_000_000;
  const work = new SharedWork({ now: () => nowMs, work: () => undefined });
  expect(work.isDue(1000)).toBe(true);
  await work.wait();
  expect(work.isDue(1000)).toBe(false);
  nowMs += 1000;
  expect(work.isDue(1000)).toBe(true);
  nowMs -= 500_000;
  expect(work.isDue(1000)).toBe(true);
});
