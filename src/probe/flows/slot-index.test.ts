import { expect, it } from 'vitest';
import { SlotIndex } from './slot-index.ts';

const CAPACITY = 64;

/** The same numbers in every run. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

it('has what a map would have', () => {
  const random = randomOf(7);
  const index = new SlotIndex(CAPACITY);
  const model = new Map<number, number>();
  for (let step = 0; step < 20_000; step++) {
    const key = 0x8881_0000_0000 + Math.floor(random() * 100) * 64;
    const slot = Math.floor(random() * CAPACITY);
    if (random() < 0.5) {
      for (const [other, taken] of model) if (taken === slot) model.delete(other);
      model.set(key, slot);
      index.set(key, slot);
    } else {
      model.delete(key);
      index.delete(key);
    }
    expect(index.get(key)).toBe(model.get(key));
  }
  for (const [key, slot] of model) expect(index.get(key)).toBe(slot);
});

it('tells numbers apart that are the same in 32 bits', () => {
  const index = new SlotIndex(2);
  index.set(1, 0);
  index.set(2 ** 32 + 1, 1);
  expect([index.get(1), index.get(2 ** 32 + 1), index.has(2 ** 33 + 1)]).toEqual([0, 1, false]);
});

it('works with one slot', () => {
  const index = new SlotIndex(1);
  index.set(5, 0);
  index.set(6, 0);
  expect([index.get(5), index.get(6)]).toEqual([undefined, 0]);
});
