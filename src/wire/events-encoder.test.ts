import { Encoder } from 'cbor-x';
import { expect, it } from 'vitest';
import { EventsEncoder } from './events-encoder.ts';
import type { Cell } from './fields.ts';

const general = new Encoder({
  useRecords: false,
  variableMapSize: true,
  tagUint8Array: false,
  mapsAsObjects: true,
});

function bytesOf(cells: Cell[]) {
  const message = { type: 'events' as const, cursor: 'r.1', events: [[2, cells] as [number, Cell[]]] };
  return { own: new EventsEncoder().encode(message), general: Buffer.from(general.encode(message)) };
}

it.each<[string, Cell[]]>([
  ['nothing', []],
  ['null and booleans', [null, true, false]],
  ['whole numbers', [0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]],
  ['negative numbers', [-1, -24, -25, -256, -257, -65_536, -65_537, -(2 ** 31)]],
  ['large numbers', [0n, 2n ** 32n, 1_700_000_000_000_000_000n, 2n ** 64n - 1n, -1n, -(2n ** 40n)]],
  ['text', ['', 'a', 'x'.repeat(23), 'x'.repeat(24), 'x'.repeat(255), 'x'.repeat(256), 'x'.repeat(70_000)]],
  [
    'text beyond ASCII',
    ['é', '컨테이너', '🐳', `${'x'.repeat(22)}é`, `${'x'.repeat(254)}é`, '한'.repeat(30_000)],
  ],
  ['lists', [['a', 'b'], [['example.org', 'A', '192.0.2.1', 300]], Array.from({ length: 30 }, () => 'x')]],
  ['many cells', Array.from({ length: 300 }, (_, i) => i)],
])('writes what the general encoder writes: %s', (_, cells) => {
  const { own, general } = bytesOf(cells);
  expect(own?.equals(general)).toBe(true);
});

it.each([0.5, 2 ** 32, -(2 ** 31) - 1, Number.NaN])('leaves %d to the general encoder', (number) => {
  expect(bytesOf([number]).own).toBeUndefined();
});
