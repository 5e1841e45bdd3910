import { expect, test } from 'vitest';
import type { BpfObject } from '../../src/probe/native.ts';
import { failure, withFixture } from './fixture.ts';

const PAIR = 12;

const keyBytes = (n: bigint) => new Uint8Array(new BigUint64Array([n]).buffer);
const valueBytes = (n: number) => new Uint8Array(new Uint32Array([n]).buffer);

/** Walks the table with room for `pairs` at a time. */
function walk(object: BpfObject, pairs: number, onBatch = () => {}): Map<bigint, number> {
  const found = new Map<bigint, number>();
  const buffer = new Uint8Array(pairs * PAIR);
  const view = new DataView(buffer.buffer);
  let token: Uint8Array | undefined;
  do {
    const batch = object.lookupBatch('table', buffer, token);
    expect(batch.count).toBeLessThanOrEqual(pairs);
    for (let i = 0; i < batch.count; i++) {
      const key = view.getBigUint64(i * PAIR, true);
      expect(found.has(key)).toBe(false);
      found.set(key, view.getUint32(i * PAIR + 8, true));
    }
    token = batch.token;
    onBatch();
  } while (token !== undefined);
  return found;
}

test('an entry is written, read, overwritten and deleted', () =>
  withFixture((object) => {
    const key = keyBytes(2n ** 63n);
    expect(object.lookup('table', key)).toBeUndefined();
    expect(object.delete('table', key)).toBe(false);
    object.update('table', key, valueBytes(1));
    object.update('table', key, valueBytes(2));
    expect(object.lookup('table', key)).toEqual(valueBytes(2));
    expect(object.delete('table', key)).toBe(true);
    expect(object.lookup('table', key)).toBeUndefined();
  }));

test('a walk sees every entry once, in batches of any size', () =>
  withFixture((object) => {
    const written = new Map<bigint, number>();
    for (let i = 0; i < 5000; i++) {
      const key = BigInt(i) * 0x1_0000_0001n;
      written.set(key, i);
      object.update('table', keyBytes(key), valueBytes(i));
    }
    for (const pairs of [50, 999, 5000, 20_000]) expect(walk(object, pairs)).toEqual(written);
  }));

test('a walk of an empty map ends at once', () =>
  withFixture((object) => {
    expect(object.lookupBatch('table', new Uint8Array(PAIR))).toEqual({ count: 0, token: undefined });
  }));

test('what stays is seen once while other entries come and go', () =>
  withFixture((object) => {
    for (let i = 0n; i < 2000n; i++) object.update('table', keyBytes(i), valueBytes(Number(i)));
    let next = 1000n;
    const found = walk(object, 100, () => {
      object.delete('table', keyBytes(next));
      object.update('table', keyBytes(next + 100_000n), valueBytes(0));
      next++;
    });
    for (let i = 0n; i < 1000n; i++) expect(found.get(i)).toBe(Number(i));
  }));

test('room for less than a bucket asks for a larger buffer', () =>
  withFixture((object) => {
    for (let i = 0n; i < 10_000n; i++) object.update('table', keyBytes(i), valueBytes(0));
    const error = failure(() => walk(object, 1));
    expect(error).toMatchObject({ code: 'ENOSPC', operation: 'lookupBatch' });
    expect(error.message).toContain('give room for more pairs');
  }));

test('what is taken is no longer in the map, in batches of any size', () =>
  withFixture((object) => {
    for (let i = 0n; i < 5000n; i++) object.update('table', keyBytes(i), valueBytes(Number(i)));
    const buffer = new Uint8Array(500 * PAIR);
    const view = new DataView(buffer.buffer);
    const taken: number[] = [];
    let token: Uint8Array | undefined;
    do {
      const batch = object.takeBatch('table', buffer, token);
      for (let i = 0; i < batch.count; i++) taken.push(view.getUint32(i * PAIR + 8, true));
      token = batch.token;
    } while (token !== undefined);
    expect(taken.sort((a, b) => a - b)).toEqual([...Array(5000).keys()]);
    expect(walk(object, 500).size).toBe(0);
    expect(failure(() => object.takeBatch('slots', buffer)).operation).toBe('takeBatch');
  }));

test('an array is walked too', () =>
  withFixture((object) => {
    const buffer = new Uint8Array(10 * 20);
    const first = object.lookupBatch('slots', buffer);
    expect(first.count).toBe(10);
    expect(object.lookupBatch('slots', buffer, first.token)).toEqual({ count: 6, token: undefined });
  }));

test('the read-only data of a loaded object cannot be changed', () =>
  withFixture((object) => {
    const rodata = object.maps().find((map) => map.name.endsWith('.rodata'));
    const value = new Uint8Array(rodata?.valueSize ?? 0);
    const error = failure(() => object.update(rodata?.name ?? '', new Uint8Array(4), value));
    expect(error.code).toBe('EPERM');
    expect(error.message).toContain('the map is read-only');
  }));

test('counters are summed over the CPUs', () =>
  withFixture((object) => {
    expect(object.counters('lost')).toEqual([0, 0]);
    object.testRun('submit', [0, 4096, 1]);
    expect(object.counters('lost')).toEqual([4096 - 2047, 0]);
  }));
