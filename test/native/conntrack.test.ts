import { execFileSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAnswers, writeTableRequest } from '../../src/probe/nat/ct-message.ts';
import type { Conntrack } from '../../src/probe/native.ts';
import { fill, Writer } from '../nat/raw-conntrack.ts';
import { failure, native } from './fixture.ts';

const name = `sp-nat-addon-${process.pid}`;
const path = `/run/netns/${name}`;
const openFiles = () => readdirSync('/proc/self/fd').length;

let conntrack: Conntrack;

beforeAll(() => {
  execFileSync('ip', ['netns', 'add', name]);
  conntrack = new native.Conntrack(path);
});

afterAll(() => {
  conntrack.close();
  execFileSync('ip', ['netns', 'delete', name]);
});

/** As many requests for the size of the table, numbered from 0. */
function tableRequests(count: number): Uint8Array {
  const bytes = new Uint8Array(count * 20);
  for (let n = 0; n < count; n++) writeTableRequest(new DataView(bytes.buffer), n * 20, n);
  return bytes;
}

function ask(requests: Uint8Array, space = 64 * 1024) {
  const buffer = new Uint8Array(space).fill(0xee);
  const bytes = conntrack.exchange(requests, buffer);
  expect(buffer.subarray(bytes).every((byte) => byte === 0xee)).toBe(true);
  return parseAnswers(buffer.subarray(0, bytes)).answers;
}

test('each request is answered, in order', () => {
  const answers = ask(tableRequests(32));
  expect(answers.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 32 }, (_, n) => n));
});

test('the answers are of the namespace that was named, and the caller stays in its own', () => {
  const before = readlinkSync('/proc/thread-self/ns/net');
  const other = new native.Conntrack('/proc/self/ns/net');
  expect(fill(conntrack, 0, 3)).toBe(3);
  const buffer = new Uint8Array(1024);
  const entries = (socket: Conntrack) => {
    const [answer] = parseAnswers(buffer.subarray(0, socket.exchange(tableRequests(1), buffer))).answers;
    return answer?.kind === 'table' ? answer.entries : undefined;
  };
  expect(entries(conntrack)).toBe(3);
  expect(entries(other)).not.toBe(3);
  other.close();
  expect(readlinkSync('/proc/thread-self/ns/net')).toBe(before);
});

test('answers that do not fit are lost, and not taken for the next ones', () => {
  for (const space of [0, 35, 36 * 5 + 35]) {
    const error = failure(() => ask(tableRequests(6), space));
    expect(error).toMatchObject({ code: 'ENOBUFS', operation: 'exchange' });
    expect(ask(tableRequests(2)).map(({ sequence }) => sequence)).toEqual([0, 1]);
  }
});

test('what the kernel does not know, it answers with EINVAL: so it is without conntrack', () => {
  const writer = new Writer(64);
  writer.message((0x7f << 8) | 1, 1, () => undefined);
  expect(ask(writer.written())).toEqual([{ kind: 'error', sequence: 0, errno: 22 }]);
});

test('a namespace lives as long as the socket in it', () => {
  const gone = `${name}-gone`;
  execFileSync('ip', ['netns', 'add', gone]);
  const socket = new native.Conntrack(`/run/netns/${gone}`);
  expect(fill(socket, 0, 5)).toBe(5);
  execFileSync('ip', ['netns', 'delete', gone]);
  expect(fill(socket, 5, 5)).toBe(5);
  socket.close();
});

describe('a closed socket', () => {
  test('answers nothing more', () => {
    const socket = new native.Conntrack(path);
    socket.close();
    socket.close();
    const error = failure(() => socket.exchange(tableRequests(1), new Uint8Array(100)));
    expect(error).toMatchObject({ code: 'EBADF', operation: 'exchange' });
  });

  test('leaves no file', () => {
    const before = openFiles();
    const sockets = Array.from({ length: 10 }, () => new native.Conntrack(path));
    expect(openFiles()).toBe(before + 10);
    for (const socket of sockets) socket.close();
    expect(openFiles()).toBe(before);
  });
});

describe('refused with its reason', () => {
  test('a namespace that is not there', () => {
    const error = failure(() => new native.Conntrack('/run/netns/none-such'));
    expect(error).toMatchObject({ code: 'ENOENT', operation: 'conntrack' });
    expect(error.message).toContain("network namespace '/run/netns/none-such'");
  });

  test('a file that is no network namespace', () => {
    expect(failure(() => new native.Conntrack('/proc/self/ns/uts')).code).toBe('EINVAL');
  });

  test.each([
    ['no path', () => new native.Conntrack(7 as never)],
    ['requests that are no bytes', () => conntrack.exchange('x' as never, new Uint8Array(8))],
    [
      'answers that are no bytes',
      () => conntrack.exchange(new Uint8Array(8), new DataView(new ArrayBuffer(8)) as never),
    ],
  ])('%s', (_, call) => {
    expect(failure(call).code).toBe('EINVAL');
  });
});
