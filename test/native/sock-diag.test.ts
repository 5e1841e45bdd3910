import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, failure, native, openFiles, threads } from './fixture.ts';

const TCP = 6;
const LISTEN = 10;
const IPV4 = 2;
const IPV6 = 10;

const namespace = `sysprobe-native-${process.pid}`;
const there = `/var/run/netns/${namespace}`;
const here = '/proc/thread-self/ns/net';

/** Ports of the dump's sockets in LISTEN, after checking that the records fill it exactly. */
function listening(netns: string, family = IPV4, bytes = 64 * 1024): number[] {
  const buffer = new Uint8Array(bytes).fill(0xee);
  const request = { netns, family, protocol: TCP, states: 1 << LISTEN, extensions: 0 };
  const used = native.sockDiag(request, buffer);
  const view = new DataView(buffer.buffer);
  const ports: number[] = [];
  let at = 0;
  while (at < used) {
    const length = view.getUint32(at, true);
    expect(length).toBeGreaterThanOrEqual(72);
    expect([view.getUint8(at + 4), view.getUint8(at + 5)]).toEqual([family, LISTEN]);
    ports.push(view.getUint16(at + 8, false));
    at += 4 + Math.ceil(length / 4) * 4;
  }
  expect(at).toBe(used);
  expect(buffer.subarray(used).every((byte) => byte === 0xee)).toBe(true);
  return ports;
}

describe('in a network namespace of its own', () => {
  let port: number;
  let server: ReturnType<typeof spawn>;

  beforeAll(async () => {
    execFileSync('ip', ['netns', 'add', namespace]);
    const code =
      "const s = require('node:net').createServer().listen(0, '0.0.0.0', () => console.log(s.address().port))";
    server = spawn('ip', ['netns', 'exec', namespace, process.execPath, '-e', code]);
    const [line] = (await once(server.stdout ?? server, 'data')) as [Buffer];
    port = Number(line.toString());
  });

  afterAll(async () => {
    server.kill();
    await once(server, 'exit');
    execFileSync('ip', ['netns', 'delete', namespace]);
  });

  test('the listener there is listed, and only from there', () => {
    expect(listening(there)).toEqual([port]);
    expect(listening(there, IPV6)).toEqual([]);
  });

  test('INET_DIAG_x extensions are passed on', () => {
    const request = { netns: there, family: IPV4, protocol: TCP, states: 1 << LISTEN };
    const buffer = new Uint8Array(4096);
    const INFO = 1 << 1;
    const plain = native.sockDiag({ ...request, extensions: 0 }, buffer);
    expect(native.sockDiag({ ...request, extensions: INFO }, buffer)).toBeGreaterThan(plain + 100);
  });

  test("the caller's own namespace stays as it was", () => {
    const before = readlinkSync(here);
    listening(there);
    expect(readlinkSync(here)).toBe(before);
    expect(readlinkSync(here)).not.toBe(readlinkSync(here.replace('thread-self', `${server.pid}`)));
  });

  test('a dump leaves no file and no thread', async () => {
    listening(there);
    const [files, running] = [openFiles(), threads()];
    for (let i = 0; i < 20; i++) listening(there);
    expect(openFiles()).toBe(files);
    // A thread that was waited for may still be in the list.
    await eventually('the threads are gone', () => threads() <= running);
  });
});

describe('in this namespace', () => {
  test('every one of many listeners is listed, over several messages', async () => {
    const servers = await Promise.all(
      Array.from({ length: 600 }, async () => {
        const server = createServer().listen(0, '127.0.0.1');
        await once(server, 'listening');
        return server;
      }),
    );
    const ports = listening(here, IPV4, 1024 * 1024);
    for (const server of servers) expect(ports).toContain((server.address() as AddressInfo).port);
    const small = failure(() => listening(here, IPV4, 10_000));
    expect(small).toMatchObject({ code: 'ENOBUFS', operation: 'sockDiag' });
    expect(small.message).toContain('call again with a larger one');
    for (const server of servers) server.close();
  });
});

describe('what cannot be dumped says why', () => {
  const request = { netns: here, family: IPV4, protocol: TCP, states: 0xfff, extensions: 0 };
  const buffer = new Uint8Array(4096);

  test('a namespace that is not there', () => {
    const error = failure(() => native.sockDiag({ ...request, netns: '/proc/0/ns/net' }, buffer));
    expect(error).toMatchObject({ code: 'ENOENT', operation: 'sockDiag' });
    expect(error.message).toContain("network namespace '/proc/0/ns/net'");
  });

  test('a file that is no network namespace', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sysprobe-native-'));
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(failure(() => native.sockDiag({ ...request, netns: file }, buffer)).code).toBe('EINVAL');
    expect(failure(() => native.sockDiag({ ...request, netns: '/proc/self/ns/uts' }, buffer)).code).toBe(
      'EINVAL',
    );
    rmSync(folder, { recursive: true });
  });

  test('a protocol without a handler', () => {
    const error = failure(() => native.sockDiag({ ...request, protocol: 200 }, buffer));
    expect(error.code).toBe('ENOENT');
    expect(error.message).toContain('protocol 200');
  });
});
