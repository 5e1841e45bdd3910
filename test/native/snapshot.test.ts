import { expect, test } from 'vitest';
import type { BpfObject } from '../../src/probe/native.ts';
import { failure, withFixture } from './fixture.ts';

const SLOT = 16;
const options = { keys: 'table', slots: 'slots', program: 'double_slots', slotSize: SLOT };

function remember(object: BpfObject, sockets: bigint[]): void {
  for (const socket of sockets) {
    object.update('table', new Uint8Array(new BigUint64Array([socket]).buffer), new Uint8Array(4));
  }
}

/** What the program left in the slots: socket -> its double; 0 counts those that had gone. */
function read(object: BpfObject, bytes: number): { filled: Map<bigint, bigint>; gone: number } {
  const snapshot = object.snapshot(options);
  const buffer = new Uint8Array(bytes);
  const view = new DataView(buffer.buffer);
  const filled = new Map<bigint, bigint>();
  let gone = 0;
  for (let used = snapshot.next(buffer); used > 0; used = snapshot.next(buffer)) {
    for (let at = 0; at < used; at += SLOT) {
      const socket = view.getBigUint64(at, true);
      if (socket === 0n) gone++;
      else filled.set(socket, view.getBigUint64(at + 8, true));
    }
  }
  expect(snapshot.next(buffer)).toBe(0);
  return { filled, gone };
}

const even = (count: number) => Array.from({ length: count }, (_, i) => BigInt(i + 1) * 2n);

test('every stored socket is read once, in buffers of any size', () =>
  withFixture((object) => {
    const sockets = even(5000);
    remember(object, sockets);
    for (const bytes of [SLOT, SLOT * 7 + 3, SLOT * 16, SLOT * 1000]) {
      const { filled, gone } = read(object, bytes);
      expect(filled.size).toBe(5000);
      for (const socket of sockets) expect(filled.get(socket)).toBe(socket * 2n);
      expect(gone).toBe(0);
    }
  }));

test('a socket that the program gave up has an empty slot', () =>
  withFixture((object) => {
    remember(object, [...even(40), 1n, 3n, 5n]);
    const { filled, gone } = read(object, SLOT * 64);
    expect(filled.size).toBe(40);
    expect(gone).toBe(3);
  }));

test('without sockets there is nothing', () =>
  withFixture((object) => {
    expect(read(object, SLOT)).toEqual({ filled: new Map(), gone: 0 });
  }));

test('two snapshots of one object do not disturb each other', () =>
  withFixture((object) => {
    remember(object, even(100));
    const [first, second] = [object.snapshot(options), object.snapshot(options)];
    const buffers = [new Uint8Array(SLOT * 3), new Uint8Array(SLOT * 3)] as const;
    for (let round = 0; round < 34; round++) {
      expect(first.next(buffers[0])).toBe(second.next(buffers[1]));
      expect(buffers[0]).toEqual(buffers[1]);
    }
    expect(first.next(buffers[0])).toBe(0);
  }));

test('a buffer below one slot is refused', () =>
  withFixture((object) => {
    const snapshot = object.snapshot(options);
    expect(failure(() => snapshot.next(new Uint8Array(SLOT - 1)))).toMatchObject({
      code: 'ENOBUFS',
      operation: 'next',
      message: 'next: a slot has 16 bytes; the buffer has 15',
    });
    expect(failure(() => snapshot.next('x' as never)).code).toBe('EINVAL');
  }));

test('a program that fails is an error', () =>
  withFixture((object) => {
    remember(object, [2n]);
    const snapshot = object.snapshot({ ...options, program: 'refuse' });
    const error = failure(() => snapshot.next(new Uint8Array(SLOT)));
    expect(error.code).toBe('EIO');
    expect(error.message).toContain("program 'refuse' returned 3");
  }));

test('a snapshot ends with its object', () =>
  withFixture((object) => {
    const snapshot = object.snapshot(options);
    object.close();
    expect(failure(() => snapshot.next(new Uint8Array(SLOT))).code).toBe('EBADF');
  }));
