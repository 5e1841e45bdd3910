import { expect, it } from 'vitest';
import { TimeSlice } from './time-slice.ts';

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
