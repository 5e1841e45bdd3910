import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Chained, ChainedIndex } from './chained-index.ts';

interface Item extends Chained<Item> {
  name: number;
}

const step = fc.record({ key: fc.constantFrom(1, 2, 2 ** 32 + 1, 2 ** 47), isAdded: fc.boolean() });

test('finds what a list would have, the oldest of several first', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(step), (capacity, steps) => {
      const index = new ChainedIndex<Item>(capacity);
      let model: Item[] = [];
      for (const [name, { key, isAdded }] of steps.entries()) {
        const same = model.filter((item) => item.key === key);
        const [oldest] = same;
        if (isAdded) {
          const item: Item = { key, name, behind: undefined };
          model.push(item);
          expect(index.add(item)).toBe(same.length + 1);
        } else if (oldest !== undefined) {
          model = model.filter((item) => item !== oldest);
          index.remove(oldest);
        }
        for (const each of [1, 2, 2 ** 32 + 1, 2 ** 47])
          expect(index.find(each, () => true)?.name).toBe(model.find((item) => item.key === each)?.name);
        for (const item of model) expect(index.find(item.key, (found) => found === item)).toBe(item);
      }
    }),
  );
});
