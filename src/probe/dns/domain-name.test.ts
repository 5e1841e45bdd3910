import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NameReader } from './domain-name.ts';
import { nameBytes, pointer } from './message.fixture.ts';

/** Names begin after the header. */
const START = 12;

function readAll(bytes: number[], starts: number[] = [START]) {
  const reader = new NameReader(Uint8Array.from([...Array<number>(START).fill(0), ...bytes]));
  return starts.map((start) => reader.read(start) ?? reader.fault);
}

test.each([
  ['shop.test', 'shop.test'],
  ['', '.'],
  ['WWW.Shop.TEST', 'www.shop.test'],
  ['_sip._tcp.a-b', '_sip._tcp.a-b'],
  ['a b', 'a\\032b'],
  ['\x00\x7f\xe9', '\\000\\127\\233'],
  ['(a);"@$\\', '\\(a\\)\\;\\"\\@\\$\\\\'],
])('is written as zone files have it: %j', (name, text) => {
  expect(readAll(nameBytes(name))).toEqual([text]);
});

test('a dot in a label is quoted', () => {
  expect(readAll([3, 0x61, 0x2e, 0x62, 1, 0x63, 0])).toEqual(['a\\.b.c']);
});

test('ends where the name ends, also after a pointer', () => {
  const bytes = Uint8Array.from([
    ...Array<number>(START).fill(0),
    ...nameBytes('a.b'),
    1,
    0x63,
    ...pointer(START),
    9,
  ]);
  const reader = new NameReader(bytes);
  expect([reader.read(START), reader.next]).toEqual(['a.b', 17]);
  expect([reader.read(17), reader.next]).toEqual(['c.a.b', 21]);
  expect([reader.read(19), reader.next]).toEqual(['a.b', 21]);
});

test('pointers to names, to their ends and to pointers', () => {
  const bytes = [
    ...nameBytes('a.b'),
    ...pointer(14),
    1,
    0x63,
    ...pointer(17),
    ...pointer(19),
    ...pointer(23),
  ];
  expect(readAll(bytes, [12, 17, 19, 23, 25, 19, 17])).toEqual(['a.b', 'b', 'c.b', 'c.b', 'c.b', 'c.b', 'b']);
});

test.each([
  ['to itself', pointer(12)],
  ['to what follows', [...pointer(14), 0]],
  ['into its own labels', [1, 0x61, ...pointer(12)]],
  ['into the header', pointer(5)],
])('a pointer %s is refused', (_, bytes) => {
  expect(readAll(bytes)).toEqual(['pointer_target']);
});

test('pointers at each other are refused', () => {
  expect(readAll([...pointer(14), ...pointer(12)], [12, 14])).toEqual(['pointer_target', 'pointer_target']);
});

test('more pointers than a name has labels are refused', () => {
  const chain = [0, 0, ...Array.from({ length: 128 }, (_, index) => pointer(12 + 2 * index)).flat()];
  const [longest, longer] = [START + 2 * 127, START + 2 * 128];
  expect(readAll(chain, [longest, longer])).toEqual(['.', 'pointer_chain']);
  expect(readAll(chain, [longer, longest])).toEqual(['pointer_chain', '.']);
});

test('a name has at most 255 bytes', () => {
  const labels = [63, 63, 63].map((length) => 'x'.repeat(length)).join('.');
  expect(readAll(nameBytes(`${labels}.${'y'.repeat(61)}`))).toEqual([`${labels}.${'y'.repeat(61)}`]);
  expect(readAll(nameBytes(`${labels}.${'y'.repeat(62)}`))).toEqual(['name_too_long']);
  const bytes = [...nameBytes('x'.repeat(63)), ...nameBytes(labels).slice(0, -1), ...pointer(START)];
  expect(readAll(bytes, [START + 65])).toEqual(['name_too_long']);
});

test.each([0x40, 0x80])('labels of the unknown kind %i are refused', (kind) => {
  expect(readAll([kind, 0, 0])).toEqual(['label_type']);
});

test('a name that the bytes end within', () => {
  const bytes = nameBytes('shop.test');
  for (let length = 0; length < bytes.length; length++) {
    expect(readAll(bytes.slice(0, length))).toEqual(['name_truncated']);
  }
  expect(readAll([0xc0])).toEqual(['name_truncated']);
});

test('whatever names were read before, a name is the same', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.array(fc.nat(60)), (bytes, starts) => {
      // Small values and pointers among them: most bytes make no name.
      const likely = [...bytes].map((byte, at) => (byte < 128 ? byte % 4 : at % 2 ? byte % 72 : 0xc0));
      const together = readAll(likely, starts);
      expect(together).toEqual(starts.map((start) => readAll(likely, [start])[0]));
    }),
  );
});
