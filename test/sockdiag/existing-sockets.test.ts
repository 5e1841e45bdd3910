import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AddressFamily, TcpState } from '../../src/probe/events.gen.ts';
import { loadNative } from '../../src/probe/native.ts';
import { listConnections, listListeners } from '../../src/probe/sockdiag/dump.ts';
import { findExistingListeners } from '../../src/probe/sockdiag/existing-listeners.ts';
import { unifiedCgroup } from '../containers/cgroups.ts';

const native = loadNative();
const netns = statSync('/proc/self/ns/net').ino;
const here = [{ id: netns, path: '/proc/self/ns/net' }];

const open: (Server | Socket)[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) 'destroy' in socket ? socket.destroy() : socket.close();
});

async function listen(host: string): Promise<{ server: Server; port: number }> {
  const server = createServer({ allowHalfOpen: true });
  open.push(server);
  await once(server.listen(0, host), 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

async function connectTo(
  server: Server,
  port: number,
  host: string,
): Promise<[client: Socket, server: Socket]> {
  const accepted = once(server, 'connection');
  const client = connect({ port, host, allowHalfOpen: true });
  open.push(client);
  const [[peer]] = await Promise.all([accepted, once(client, 'connect')]);
  open.push(peer);
  return [client, peer];
}

describe('listeners', () => {
  it.each([
    ['127.0.0.1', AddressFamily.IPV4, [127, 0, 0, 1]],
    ['0.0.0.0', AddressFamily.IPV4, []],
    ['::1', AddressFamily.IPV6, [...Array(15).fill(0), 1]],
    ['::', AddressFamily.IPV6, []],
    ['::ffff:127.0.0.1', AddressFamily.IPV4, [127, 0, 0, 1]],
  ])('of this process at %s are found with their owner', async (host, family, address) => {
    const { port } = await listen(host);
    const { entries } = await findExistingListeners({ native, procRoot: '/proc' });
    const found = entries.filter((entry) => entry.port === port && entry.netns === netns);
    const bytes = new Uint8Array(16);
    bytes.set(address);
    expect(found).toEqual([
      {
        netns,
        port,
        family,
        address: bytes,
        cgroupId: unifiedCgroup(process.pid).id,
        pid: process.pid,
        comm: readFileSync('/proc/self/comm', 'utf8').trimEnd(),
      },
    ]);
  });
});

describe('connections', () => {
  it.each(['127.0.0.1', '::1'])('over %s are counted to the byte', async (host) => {
    const { server, port } = await listen(host);
    const [client, peer] = await connectTo(server, port, host);
    client.write(Buffer.alloc(123_456));
    client.end();
    await drain(peer);
    peer.write(Buffer.alloc(7890));
    await expect.poll(() => client.read(7890)?.length, { timeout: 10_000 }).toBe(7890);

    const { sockets } = await listConnections({ native, namespaces: here });
    const mine = sockets.find((socket) => socket.sourcePort === client.localPort);
    const theirs = sockets.find((socket) => socket.destPort === client.localPort);
    expect(mine?.counters).toMatchObject({ sentBytes: 123_456, receivedBytes: 7890 });
    expect(theirs?.counters).toMatchObject({ sentBytes: 7890, receivedBytes: 123_456 });
    expect(theirs).toMatchObject({ sourcePort: port, state: TcpState.CLOSE_WAIT, netns });
    expect(mine?.cgroupId).toBe(unifiedCgroup(process.pid).id);
  });

  it('are all listed when they need more than the first buffer, and no more than may be', async () => {
    const { server, port } = await listen('127.0.0.1');
    for (let pair = 0; pair < 400; pair++) await connectTo(server, port, '127.0.0.1');
    const all = await listConnections({ native, namespaces: here });
    expect(all.sockets.filter((socket) => socket.sourcePort === port)).toHaveLength(400);
    expect(all.sockets.filter((socket) => socket.destPort === port)).toHaveLength(400);
    expect(all).toMatchObject({ socketsSkipped: 0, incomplete: new Set() });

    const some = await listConnections({ native, namespaces: here, maxSockets: 100 });
    expect(some.sockets).toHaveLength(100);
    expect(some.incomplete).toEqual(new Set([netns]));
    expect(some.socketsSkipped).toBeGreaterThanOrEqual(700);
  });
});

describe('a namespace that is gone', () => {
  const gone = { id: 1, path: '/proc/4194305/ns/net' };

  it('is skipped and counted', async () => {
    const { port } = await listen('127.0.0.1');
    const dump = await listListeners({ native, namespaces: [gone, ...here] });
    expect(dump).toMatchObject({ netnsVisited: 1, netnsSkipped: 1, incomplete: new Set([gone.id]) });
    expect(dump.sockets.some((socket) => socket.sourcePort === port)).toBe(true);
  });

  it('is an error when there is no other', async () => {
    await expect(listListeners({ native, namespaces: [gone] })).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

async function drain(socket: Socket): Promise<void> {
  socket.resume();
  await once(socket, 'end');
}
