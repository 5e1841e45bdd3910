import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type Cell,
  type Column,
  FlagColumn,
  IdColumn,
  NumberColumn,
  TextColumn,
  TimeColumn,
} from './column.ts';
import { Texts } from './texts.ts';

const CAPACITY = 8;

function remembers(make: () => Column, cell: fc.Arbitrary<Cell>): void {
  const writes = fc.array(fc.tuple(fc.nat(CAPACITY - 1), fc.oneof(fc.constant(null), cell)));
  fc.assert(
    fc.property(writes, (all) => {
      const column = make();
      column.grow(CAPACITY);
      const expected = new Array<Cell>(CAPACITY).fill(null);
      for (const [slot, value] of all) {
        column.write(slot, value);
        expected[slot] = value;
      }
      column.grow(CAPACITY * 2);
      expect(expected.map((_, slot) => column.read(slot))).toEqual(expected);
    }),
  );
}

const largeToo = fc.oneof(
  fc.nat(),
  fc.maxSafeNat(),
  fc.constantFrom(0xffff_fffe, 0xffff_ffff, 0x1_0000_0000),
);

it('keeps texts', () => {
  remembers(() => new TextColumn(new Texts()), fc.constantFrom('', 'a', 'b', 'curl'));
});

it('keeps ids', () => {
  remembers(() => new IdColumn(), fc.string());
});

it('keeps numbers of any size', () => {
  remembers(() => new NumberColumn(), largeToo);
});

it('keeps times to the nanosecond', () => {
  remembers(() => new TimeColumn(), fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }));
});

it('keeps flags', () => {
  remembers(() => new FlagColumn(), fc.boolean());
});

it('forgets texts some time after their last user, and none before', () => {
  const texts = new Texts();
  const column = new TextColumn(texts);
  column.grow(2);
  column.write(0, 'curl');
  column.write(1, 'curl');
  expect(texts.size).toBe(1);
  for (let n = 0; n < 10_000; n++) column.write(1, `process-${n}`);
  expect(texts.size).toBeLessThan(1000);
  expect(column.read(0)).toBe('curl');
  expect(column.read(1)).toBe('process-9999');
});
