import { expect, it } from 'vitest';
import { inSlices, TimeSlice } from './time-slice.ts';

it('lets others run when the slice is over', async () => {
  const slice = new TimeSlice(0);
  let othersRan = false;
  setImmediate(() => {
    othersRan = true;
  });
  expect(slice.isOver).toBe(true);
  await slice.pause();
  expect(othersRan).toBe(true);
});

it('begins a new slice after a pause', async () => {
  const slice = new TimeSlice(60_000);
  expect(slice.isOver).toBe(false);
  await slice.pause();
  expect(slice.isOver).toBe(false);
});

function* counting(to: number, onEnd = () => {}): Generator<void, number> {
  try {
    let count = 0;
    while (count < to) {
      count += 1;
      yield;
    }
    return count;
  } finally {
    onEnd();
  }
}

it('goes on to the end in slices', async () => {
  expect(await inSlices(counting(1000))).toBe(1000);
});

it('does no further steps when it is aborted', async () => {
  const stop = new AbortController();
  let ended = false;
  const endless = counting(Number.POSITIVE_INFINITY, () => {
    ended = true;
  });
  setImmediate(() => stop.abort(new Error('enough')));
  await expect(inSlices(endless, stop.signal)).rejects.toThrow('enough');
  expect(ended).toBe(true);
});
