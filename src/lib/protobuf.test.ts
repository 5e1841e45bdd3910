import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decode, encode, type Schema } from './protobuf.ts';

const inner = { 1: ['text', 'string'], 2: ['number', 'int'] } as const satisfies Schema;
const schema = {
  1: ['id', 'string'],
  3: ['count', 'int'],
  4: ['labels', 'texts'],
  20: ['one', inner],
  21: ['many', [inner]],
} as const satisfies Schema;

const innerMessage = fc.record({ text: fc.string({ unit: 'grapheme' }), number: fc.maxSafeInteger() });

it('reads what it writes', () => {
  const message = fc.record({
    id: fc.string({ unit: 'grapheme' }),
    count: fc.maxSafeInteger(),
    labels: fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { minKeys: 1 }),
    one: innerMessage,
    many: fc.array(innerMessage, { minLength: 1 }),
  });
  fc.assert(
    fc.property(message, (sent) => {
      const { labels, ...rest } = decode(encode(sent, schema), schema);
      expect(rest).toEqual({ id: sent.id, count: sent.count, one: sent.one, many: sent.many });
      expect({ ...(labels as object) }).toEqual({ ...sent.labels });
    }),
  );
});

it('passes over the fields that it does not know', () => {
  const wide = { ...schema, 5: ['other', 'string'], 6: ['number', 'int'] } as const satisfies Schema;
  const bytes = encode({ id: 'a', other: 'x'.repeat(300), number: 2 ** 40, count: 3 }, wide);
  expect(decode(bytes, schema)).toEqual({ id: 'a', count: 3 });
  // 64 and 32 bits of fixed length, which no message here has.
  const fixed = Buffer.concat([
    Buffer.from([0x39]),
    Buffer.alloc(8),
    Buffer.from([0x3d]),
    Buffer.alloc(4),
    bytes,
  ]);
  expect(decode(fixed, schema)).toEqual({ id: 'a', count: 3 });
});

it.each([
  ['a text longer than the message', [0x0a, 5, 1]],
  ['a length that is negative', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ['a number without an end', [0x18, ...Array(11).fill(0xff)]],
  ['a cut number', [0x18, 0xff]],
  ['a group', [0x0b]],
  ['a cut fixed number', [0x39, 1, 2]],
])('refuses %s', (_, bytes) => {
  expect(() => decode(Uint8Array.from(bytes), schema)).toThrow();
});

it('answers or throws for any bytes, and is not led into endless depth', () => {
  const deep: Record<number, [string, Schema]> = {};
  deep[1] = ['below', deep as Schema];
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const each of [schema, deep as Schema]) {
        try {
          expect(decode(bytes, each)).toBeTypeOf('object');
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }
    }),
    { numRuns: 2000 },
  );
  let nested: Uint8Array = Uint8Array.of();
  for (let depth = 0; depth < 30; depth++) nested = Uint8Array.of(0x0a, nested.length, ...nested);
  expect(() => decode(nested, deep as Schema)).toThrow('nested too deeply');
});
