import { Encoder } from 'cbor-x';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SysprobeError } from '../lib/errors.ts';
import { decodeItem, encodeMessage, MessageReader } from './cbor.ts';
import { type AnswerCell, type Row, uint } from './fields.ts';
import { MAX_ITEM_BYTES, type Message } from './messages.ts';

const hello: Message = {
  type: 'hello',
  version: 1,
  bootId: '7d1f0c1e-0b9e-4c53-9d54-000000000001',
  run: 'r1',
  cursor: 'r1.0',
  fields: { flow: ['id', 'netns'], dns: ['id'], process: [], container: [] },
  events: ['flow.opened', 'flow.updated', 'flow.closed'],
};

const answer: fc.Arbitrary<AnswerCell> = fc.tuple(fc.string(), fc.string(), fc.string(), fc.nat());
const cell = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.nat().map(uint),
  fc.bigInt({ min: 2n ** 32n, max: 2n ** 64n - 1n }),
  fc.integer(),
  fc.array(fc.string({ unit: 'grapheme', maxLength: 40 })),
  fc.array(answer),
);
const row: fc.Arbitrary<Row> = fc.array(cell, { maxLength: 40 });
const cursor = fc.nat().map((seq) => `r1.${seq}`);
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.constant(hello),
  fc.record({ type: fc.constant('flows'), flows: fc.array(row) }),
  fc.record({ type: fc.constant('dns'), dns: fc.array(row) }),
  fc.record({ type: fc.constant('events'), cursor, events: fc.array(fc.tuple(fc.nat(2), row)) }),
  fc.record(
    { type: fc.constant('lost'), cursor, lost: fc.nat(), reason: fc.constantFrom('overflow', 'restarted') },
    { requiredKeys: ['type', 'cursor', 'reason'] },
  ),
  fc.record({ type: fc.constant('end'), matched: fc.nat(), cursor }),
) as fc.Arbitrary<Message>;

function readAll(chunks: Iterable<Uint8Array>): Message[] {
  const reader = new MessageReader();
  const messages = [...chunks].flatMap((chunk) => reader.push(chunk));
  reader.end();
  return messages;
}

/** Cuts `bytes` at the given places, wherever they lie. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return at.map((start, i) => bytes.subarray(start, at[i + 1] ?? start));
}

/** The item as a sender that does not know the rules would make it. */
function item(value: unknown): Buffer {
  const body = new Encoder({ useRecords: false }).encode(value);
  return embedded(body);
}

function embedded(body: Uint8Array): Buffer {
  const head = Buffer.from([0xd8, 0x18, 0x5a, 0, 0, 0, 0]);
  head.writeUInt32BE(body.length, 3);
  return Buffer.concat([head, body]);
}

test('a sequence is read alike however it is cut into chunks', () => {
  fc.assert(
    fc.property(fc.array(message), fc.array(fc.nat()), (messages, places) => {
      expect(readAll(cut(Buffer.concat(messages.map(encodeMessage)), places))).toEqual(messages);
    }),
  );
});

test('a sequence is read one byte at a time', () => {
  const bytes = Buffer.concat([encodeMessage(hello), encodeMessage(hello)]);
  expect(readAll(cut(bytes, [...bytes.keys()]))).toEqual([hello, hello]);
});

test('an item begins with tag 24 and a byte string as short as its length allows', () => {
  const heads = [10, 24, 300, 70_000].map((length) =>
    encodeMessage({ type: 'flows', flows: [['x'.repeat(length)]] })
      .subarray(0, 3)
      .toString('hex'),
  );
  expect(heads).toEqual(['d81858', 'd81858', 'd81859', 'd8185a']);
});

test('integers of up to 64 bits stay exact', () => {
  const row: Row = [uint(2 ** 32), 2n ** 64n - 1n, 0, 2 ** 32 - 1];
  expect(decodeItem(encodeMessage({ type: 'flows', flows: [row] }))).toEqual({ type: 'flows', flows: [row] });
});

test('a message that does not fit an item is not encoded', () => {
  const flows = [['x'.repeat(MAX_ITEM_BYTES)]];
  expect(() => encodeMessage({ type: 'flows', flows })).toThrow(RangeError);
});

test('a message of a later version is left out', () => {
  const bytes = Buffer.concat([item({ type: 'http', requests: [] }), encodeMessage(hello)]);
  expect(readAll([bytes])).toEqual([hello]);
});

test('fields that a later version adds to a message do no harm', () => {
  expect(decodeItem(item({ ...hello, more: { cpu: 0.5 } }))).toMatchObject(hello);
});

describe('refused', () => {
  test.each<[string, Uint8Array, string]>([
    ['bytes that are no CBOR', Buffer.from('HTTP/1.1 200 OK'), 'tag 24'],
    ['an item without a length', Buffer.from([0xa1, 0x61, 0x61, 0x01]), 'tag 24'],
    ['a byte string of indefinite length', Buffer.from([0xd8, 0x18, 0x5f, 0x41, 0x00, 0xff]), 'definite'],
    [
      'an item that claims too much',
      Buffer.from([0xd8, 0x18, 0x5a, 0x00, 0x40, 0x00, 0x01]),
      '4194305 bytes',
    ],
    ['one that claims 2^63', Buffer.from([0xd8, 0x18, 0x5b, 0x80, 0, 0, 0, 0, 0, 0, 0]), 'most allowed'],
    ['an empty item', Buffer.from([0xd8, 0x18, 0x40]), 'cut off'],
    ['bytes behind the message', embedded(Buffer.from([0xa0, 0x00])), '1 bytes follow'],
    [
      'an array longer than the item',
      embedded(Buffer.from([0x9b, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])),
      'cut off',
    ],
    ['nesting that would exhaust the stack', embedded(Buffer.alloc(200_000, 0x81)), 'nested'],
    ['a tag', item({ type: 'flows', flows: [[new Date(0)]] }), 'tag'],
    ['undefined', item({ type: 'flows', flows: [[undefined]] }), 'simple value'],
    ['a list', item([1, 2]), 'no type'],
    ['null', item(null), 'no type'],
    ['a hello of another version', item({ ...hello, version: 2 }), 'version 2'],
    ['a hello without its fields', item({ ...hello, fields: {} }), 'fields'],
    ['rows that are no lists', item({ type: 'flows', flows: [7] }), 'flows'],
    ['events without a row', item({ type: 'events', cursor: 'r1.1', events: [[0]] }), 'events'],
    [
      'a loss that is not a number',
      item({ type: 'lost', cursor: 'r1.1', lost: 'all', reason: 'overflow' }),
      'lost',
    ],
  ])('%s', (_, bytes, what) => {
    expect(() => readAll([bytes])).toThrow(expect.objectContaining({ code: 'SP_WIRE_INVALID' }));
    expect(() => readAll([bytes])).toThrow(what);
  });

  test('an item that is cut off, at the end of the input', () => {
    const reader = new MessageReader();
    expect(reader.push(encodeMessage(hello).subarray(0, -1))).toEqual([]);
    expect(() => reader.end()).toThrow('in the middle of an item');
  });

  test('everything behind the first error', () => {
    const reader = new MessageReader();
    expect(() => reader.push(Buffer.from('x'))).toThrow(SysprobeError);
    expect(() => reader.push(encodeMessage(hello))).toThrow(SysprobeError);
    expect(() => reader.end()).toThrow(SysprobeError);
  });
});

test('a sequence with changed bytes is either read or refused as invalid', () => {
  const change = fc.record({ at: fc.nat(), to: fc.nat(255) });
  fc.assert(
    fc.property(
      fc.array(message, { minLength: 1 }),
      fc.array(change),
      fc.array(fc.nat()),
      (messages, changes, places) => {
        const bytes = Buffer.concat(messages.map(encodeMessage));
        for (const { at, to } of changes) bytes[at % bytes.length] = to;
        expectReadOrRefused(cut(bytes, places));
      },
    ),
    { numRuns: 500 },
  );
});

test('any bytes in an item are either read or refused as invalid', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (body) => expectReadOrRefused([embedded(body)])),
    { numRuns: 1000 },
  );
});

function expectReadOrRefused(chunks: Buffer[]): void {
  try {
    readAll(chunks);
  } catch (error) {
    expect(error).toBeInstanceOf(SysprobeError);
    expect(error).toHaveProperty('code', 'SP_WIRE_INVALID');
  }
}

test('a claim of the largest item is not buffered twice', () => {
  const reader = new MessageReader();
  const chunk = Buffer.alloc(1000);
  const before = process.memoryUsage().arrayBuffers;
  reader.push(Buffer.from([0xd8, 0x18, 0x5a, 0x00, 0x40, 0x00, 0x00]));
  for (let i = 0; i < 4000; i++) reader.push(chunk);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * MAX_ITEM_BYTES);
});
