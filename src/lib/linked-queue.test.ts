import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Linked, LinkedQueue } from './linked-queue.ts';

interface Item extends Linked<Item> {
  key: number;
}

it('gives what was appended first, whatever leaves in between', () => {
  const step = fc.record({ isAppended: fc.boolean(), key: fc.nat(8) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new LinkedQueue<Item>();
      let expected: Item[] = [];
      for (const { isAppended, key } of steps) {
        const known = expected.find((item) => item.key === key);
        if (known !== undefined) queue.remove(known);
        expected = expected.filter((item) => item !== known);
        if (isAppended) {
          const item = known ?? { key, previous: undefined, next: undefined };
          queue.append(item);
          expected.push(item);
        }
        expect([queue.first, queue.size]).toEqual([expected[0], expected.length]);
      }
      for (const item of expected) {
        expect(queue.first).toBe(item);
        queue.remove(item);
      }
      expect([queue.first, queue.size]).toEqual([undefined, 0]);
    }),
  );
});
