import { spawn } from 'node:child_process';
import { once } from 'node:events';

import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  curl,
  MadeUpProbe,
  makeFolder,
  open,
  raw,
  readLines,
  readMessages,
  serve,
  summarize,
  until,
} from './harness.ts';

const inUse = expect.objectContaining({ code: 'SP_SOCKET_IN_USE' });
const unusable = expect.objectContaining({ code: 'SP_SOCKET_UNUSABLE' });

/** A socket file whose process was killed. */
async function leaveStaleSocket(path: string): Promise<void> {
  const child = spawn(process.execPath, [
    '-e',
    `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('listening'))`,
  ]);
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'close');
}

describe('the socket file', () => {
  test('has the mode that was asked for, in a folder that is made', async () => {
    const path = join(makeFolder(), 'run', 'sysprobe', 'sysprobe.sock');
    await serve(undefined, { socketPath: path, mode: 0o640, gid: 65_534 });
    const stats = lstatSync(path);
    expect(stats.isSocket()).toBe(true);
    expect(stats.mode & 0o777).toBe(0o640);
    expect(stats.gid).toBe(65_534);
  });

  test('is removed when the server closes', async () => {
    const { server, socketPath } = await serve();
    await server.close();
    expect(existsSync(socketPath)).toBe(false);
  });

  test('of an instance that was killed is replaced', async () => {
    const socketPath = join(makeFolder(), 's.sock');
    await leaveStaleSocket(socketPath);
    await serve(undefined, { socketPath });
    expect((await curl(socketPath, '/v1/status')).status).toBe(200);
    expect(readdirSync(join(socketPath, '..'))).toEqual(['s.sock']);
  });

  test.each([
    ['', -60],
    [' and the clock was set back since', 3600],
  ])('is taken also when an instance was killed while it looked at the path%s', async (_, seconds) => {
    const socketPath = join(makeFolder(), 's.sock');
    await leaveStaleSocket(socketPath);
    const lock = `${socketPath}.lock`;
    writeFileSync(lock, '');
    const lockedAt = Date.now() / 1000 + seconds;
    utimesSync(lock, lockedAt, lockedAt);
    await serve(undefined, { socketPath });
    expect(readdirSync(join(socketPath, '..'))).toEqual(['s.sock']);
  });

  test('of an instance that runs is left alone, and the second one is refused in one line', async () => {
    const { socketPath } = await serve();
    await expect(serve(undefined, { socketPath })).rejects.toThrow(inUse);
    await expect(serve(undefined, { socketPath })).rejects.toThrow(/^another system-probe listens on \S+$/);
    expect((await curl(socketPath, '/v1/status')).status).toBe(200);
  });

  test.each(['free', 'stale'])(
    'goes to exactly one of many that start at once when the path is %s',
    async (state) => {
      const socketPath = join(makeFolder(), 's.sock');
      if (state === 'stale') await leaveStaleSocket(socketPath);
      const starts = await Promise.allSettled(
        Array.from({ length: 5 }, () => serve(undefined, { socketPath })),
      );
      expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const start of starts) if (start.status === 'rejected') expect(start.reason).toEqual(inUse);
      expect((await curl(socketPath, '/v1/status')).status).toBe(200);
      expect(readdirSync(join(socketPath, '..'))).toEqual(['s.sock']);
    },
  );
});

describe('a path that is not the probe’s to take is refused and left as it is', () => {
  test('a file', async () => {
    const socketPath = join(makeFolder(), 'notes.txt');
    writeFileSync(socketPath, 'keep me');
    await expect(serve(undefined, { socketPath })).rejects.toThrow(unusable);
    expect(readFileSync(socketPath, 'utf8')).toBe('keep me');
  });

  test('a folder', async () => {
    const socketPath = makeFolder();
    await expect(serve(undefined, { socketPath })).rejects.toThrow(unusable);
  });

  test('a symbolic link', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'target'), 'keep me');
    symlinkSync('target', join(folder, 's.sock'));
    await expect(serve(undefined, { socketPath: join(folder, 's.sock') })).rejects.toThrow(unusable);
    expect(lstatSync(join(folder, 's.sock')).isSymbolicLink()).toBe(true);
  });

  test('a path below a file', async () => {
    const file = join(makeFolder(), 'file');
    writeFileSync(file, '');
    await expect(serve(undefined, { socketPath: join(file, 's.sock') })).rejects.toThrow(unusable);
  });

  test('a path that the kernel would cut off', async () => {
    const socketPath = join(makeFolder(), 'x'.repeat(100));
    await expect(serve(undefined, { socketPath })).rejects.toThrow(/107 bytes/);
  });
});

describe('closing', () => {
  test('gives followers what happened before, and ends their streams between two items', async () => {
    const { probe, server, socketPath } = await serve();
    const binary = await open(socketPath, '/v1/flows?follow=true', 'application/cbor-seq');
    const lines = await open(socketPath, '/v1/flows?follow=true', 'application/x-ndjson');
    probe.close(1, 300);
    const closed = server.close();
    expect(summarize(await readMessages(binary)).ids).toHaveLength(300);
    expect((await readLines(lines)).map((line) => JSON.parse(line).id)).toHaveLength(300);
    expect([binary.complete, lines.complete]).toEqual([true, true]);
    await closed;
  });

  test('does not wait for a client that does not read, nor for one that says nothing', async () => {
    const { probe, server, socketPath } = await serve(new MadeUpProbe(), { limits: { graceMs: 200 } });
    const { socket } = await raw(socketPath);
    socket.pause();
    socket.write('GET /v1/flows?follow=true HTTP/1.1\r\nHost: x\r\n\r\n');
    await raw(socketPath);
    await until(() => probe.events.readers.size === 1, 'the stream is open');
    probe.close(1, 10_000);
    await server.close();
    expect(existsSync(socketPath)).toBe(false);
    await until(() => probe.events.readers.size === 0, 'the reader is gone');
  });
});
