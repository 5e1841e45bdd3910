import { describe, expect, test } from 'vitest';
import {
  curl,
  flow,
  MadeUpProbe,
  open,
  parseAnswer,
  raw,
  readMessages,
  serve,
  until,
  upTo,
} from './harness.ts';

const QUICK = { limits: { requestMs: 300, patienceMs: 300 } };

async function expectServing(socketPath: string): Promise<void> {
  expect((await curl(socketPath, '/v1/status')).status).toBe(200);
}

describe('what is not a request is answered with an error and closed', () => {
  test.each<[string, string, number]>([
    ['garbage', '\x00\xff\x13garbage\r\n\r\n', 400],
    ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['a header without a name', 'GET / HTTP/1.1\r\n: x\r\n\r\n', 400],
    ['a request without a host', 'GET /v1/status HTTP/1.1\r\n\r\n', 400],
    ['two lengths', 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
    ['a huge target', `GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
    ['a huge header', `GET /v1/status HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
    ['a target that is no path', 'GET http:// HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['a body', 'GET /v1/status HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello', 400],
    [
      'a body that never ends',
      'GET /v1/status HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
      400,
    ],
    [
      'a body of a post that never ends',
      'POST /v1/flows HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\nx',
      405,
    ],
    ['a truncated request', 'GET /v1/sta', 408],
    ['headers that never end', 'GET /v1/status HTTP/1.1\r\nHost: x\r\nX-A: ', 408],
  ])('%s', async (_, bytes, status) => {
    const { socketPath } = await serve(new MadeUpProbe(), QUICK);
    const { socket, heard, closed } = await raw(socketPath);
    socket.write(bytes, 'latin1');
    await closed;
    const answer = parseAnswer(heard());
    expect(answer.status).toBe(status);
    if (answer.headers['content-type']) expect(JSON.parse(answer.body).error.code).toMatch(/^SP_/);
    await expectServing(socketPath);
  });

  test('a connection that says nothing', async () => {
    const { socketPath } = await serve(new MadeUpProbe(), QUICK);
    const { heard, closed } = await raw(socketPath);
    await closed;
    expect(parseAnswer(heard()).status).toBe(408);
  });

  test('headers that come one byte at a time', async () => {
    const { socketPath } = await serve(new MadeUpProbe(), QUICK);
    const { socket, heard, closed } = await raw(socketPath);
    const drip = setInterval(() => socket.write('x'), 20);
    socket.write('GET /v1/status HTTP/1.1\r\nHost: x\r\nX: ');
    await closed;
    clearInterval(drip);
    expect(parseAnswer(heard()).status).toBe(408);
  });

  test('a client that closes in the middle of a request', async () => {
    const { socketPath } = await serve();
    const { socket, closed } = await raw(socketPath);
    socket.end('GET /v1/flo');
    await closed;
    await expectServing(socketPath);
  });
});

test('a second request before the answer to the first closes that connection alone', async () => {
  const { probe, socketPath } = await serve();
  const other = await open(socketPath, '/v1/flows?follow=true', 'application/cbor-seq');
  const { socket, closed } = await raw(socketPath);
  const request = 'GET /v1/flows?follow=true HTTP/1.1\r\nHost: x\r\n\r\n';
  socket.write(request + request);
  await closed;
  await until(() => probe.events.readers.size === 1, 'the reader of the closed connection is gone');
  probe.close(1);
  await readMessages(other, upTo('r1.1'));
});

test('garbage behind a request ends that stream alone', async () => {
  const { probe, socketPath } = await serve();
  const { socket, closed } = await raw(socketPath);
  socket.write('GET /v1/flows?follow=true HTTP/1.1\r\nHost: x\r\n\r\n');
  await until(() => probe.events.readers.size === 1, 'the stream is open');
  socket.write('\x00garbage\r\n\r\n');
  await closed;
  await until(() => probe.events.readers.size === 0, 'the reader is gone');
  await expectServing(socketPath);
});

describe('limits', () => {
  test('a follower too many is told so, and another may come when one has gone', async () => {
    const { probe, socketPath } = await serve(new MadeUpProbe(), { limits: { followers: 2 } });
    const [first] = await Promise.all([1, 2].map(() => open(socketPath, '/v1/flows?follow=true', '*/*')));
    const refused = await curl(socketPath, '/v1/flows?follow=true');
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(JSON.parse(refused.body).error.code).toBe('SP_TOO_MANY_READERS');

    first?.destroy();
    await until(() => probe.events.readers.size === 1, 'the first reader is gone');
    expect((await open(socketPath, '/v1/flows?follow=true', '*/*')).statusCode).toBe(200);
  });

  test('a connection too many is told so', async () => {
    const { socketPath } = await serve(new MadeUpProbe(), { limits: { connections: 2 } });
    const connected = [await raw(socketPath), await raw(socketPath)];
    const refused = await curl(socketPath, '/v1/status');
    expect(refused.status).toBe(503);
    for (const { socket, closed } of connected) {
      socket.end();
      await closed;
    }
    await expectServing(socketPath);
  });

  test('a list is not sent to a client that does not read it, and makes room for others', async () => {
    const probe = new MadeUpProbe();
    probe.flowsNow = Array.from({ length: 5000 }, (_, n) => flow(n));
    const { socketPath } = await serve(probe, { limits: { lists: 1, patienceMs: 2000 } });
    const stalled = await open(socketPath, '/v1/flows', '*/*');
    stalled.pause();
    const list = async () => (await open(socketPath, '/v1/flows?last=1', '*/*')).statusCode;
    expect(await list()).toBe(503);
    while ((await list()) !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
    await expect(stalled.toArray()).rejects.toThrow('aborted');
  });
});

test('a client that disconnects leaves nothing behind', async () => {
  const { probe, socketPath } = await serve();
  for (let i = 0; i < 20; i++) {
    const stream = await open(
      socketPath,
      '/v1/flows?follow=true',
      i % 2 === 0 ? 'application/cbor-seq' : '*/*',
    );
    probe.close(i + 1);
    stream.destroy();
  }
  await until(() => probe.events.readers.size === 0, 'all readers are gone');
  await expectServing(socketPath);
});
