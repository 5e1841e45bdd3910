import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, rmdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BpfObject, NativeError } from '../../src/probe/native.ts';
import { readCgroupMounts } from '../../src/probe/owners/cgroup-mounts.ts';
import { eventually, failure, openFiles, openFixture } from './fixture.ts';

let object: BpfObject;
beforeEach(() => {
  object = openFixture();
  object.load();
});
afterEach(() => object.close());

/** The pairs of a table, which is empty afterwards. */
function take(table: string): [number, number][] {
  const buffer = new Uint8Array(16 * 8);
  const { count } = object.takeBatch(table, buffer);
  const words = new Uint32Array(buffer.buffer);
  return Array.from({ length: count }, (_, index) => [words[index * 2] ?? 0, words[index * 2 + 1] ?? 0]);
}

describe('selecting a map', () => {
  test('has programs use it from then on, and the one of before no more', async () => {
    object.testRun('write_page', [7]);
    await object.select('page', 'right');
    expect(take('left')).toEqual([[7, 1]]);
    object.testRun('write_page', [8]);
    object.testRun('write_page', [8]);
    expect(take('left')).toEqual([]);
    await object.select('page', 'left');
    expect(take('right')).toEqual([[8, 2]]);
  });

  test('loses and repeats nothing while programs write', async () => {
    let written = 0;
    let taken = 0;
    for (let round = 0; round < 20; round++) {
      const selected = object.select('page', round % 2 ? 'left' : 'right');
      const isDone = selected.then(() => true);
      while (!(await Promise.race([isDone, new Promise((resolve) => setImmediate(resolve))]))) {
        for (let i = 0; i < 100; i++, written++) object.testRun('write_page', [i % 10]);
      }
      taken += take(round % 2 ? 'right' : 'left').reduce((sum, [, count]) => sum + count, 0);
    }
    taken += take('left').reduce((sum, [, count]) => sum + count, 0);
    expect(taken).toBe(written);
  });

  test('a map that does not fit breaks the promise', async () => {
    const error = (await object.select('page', 'table').catch((thrown) => thrown)) as NativeError;
    expect(error).toMatchObject({ code: 'EINVAL', operation: 'select' });
    expect(error.message).toContain("map 'table' in 'page'");
  });

  test('outlives the object, and leaves nothing open', async () => {
    object.close();
    const before = openFiles();
    const other = openFixture();
    other.load();
    const selected = other.select('page', 'right');
    other.close();
    await selected;
    await eventually('descriptors are closed', () => openFiles() <= before);
  });
});

describe('a cgroup program', () => {
  const { unified = '' } = readCgroupMounts('/proc', '/sys/fs/cgroup');

  async function receiveOne(): Promise<void> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const received = once(socket, 'message');
    socket.send('x', socket.address().port, '127.0.0.1');
    await received;
    socket.close();
  }

  test('runs for the sockets below its cgroup until the object is closed', async () => {
    object.attach('in_cgroup', { cgroup: unified });
    const [, before = 0] = object.counters('lost');
    await receiveOne();
    expect(object.counters('lost')[1]).toBeGreaterThan(before);
  });

  test('is beside others on the same cgroup', () => {
    const other = openFixture();
    try {
      other.load();
      object.attach('in_cgroup', { cgroup: unified });
      other.attach('in_cgroup', { cgroup: unified });
      expect(failure(() => other.attach('in_cgroup', { cgroup: unified })).code).toBe('EEXIST');
    } finally {
      other.close();
    }
  });

  test('leaves its cgroup free to be removed', () => {
    const folder = `${unified}/sysprobe-native-${process.pid}`;
    mkdirSync(folder);
    object.attach('in_cgroup', { cgroup: folder });
    rmdirSync(folder);
  });

  test('is attached to nothing else', () => {
    const none = failure(() => object.attach('in_cgroup', { cgroup: `${unified}/none` }));
    expect(none).toMatchObject({ code: 'ENOENT', operation: 'attach' });
    expect(none.message).toContain('none');
    expect(failure(() => object.attach('in_cgroup', { cgroup: '/tmp' })).code).toBe('EBADF');
    expect(failure(() => object.attach('add', { cgroup: unified })).operation).toBe('attach');
  });
});
