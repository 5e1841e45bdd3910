import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressFamily, TcpState } from '../events.gen.ts';
import { type DiagSocket, parseDiagDump } from './diag-message.ts';

/** Made by fixtures/capture.py from real sockets, with what it did to them. */
const recorded = (name: string): Uint8Array => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const listeners = recorded('listeners.bin');
const connections = recorded('connections.bin');
const known: { listeners: KnownSocket[]; connections: KnownSocket[] } = JSON.parse(
  new TextDecoder().decode(recorded('expected.json')),
);

interface KnownSocket {
  inode: number;
  source: string;
  sourcePort: number;
  state?: keyof typeof TcpState;
  sent?: number;
  received?: number;
}

const byInode = (bytes: Uint8Array): Map<number, DiagSocket> =>
  new Map(parseDiagDump(bytes).map((socket) => [socket.inode, socket]));

const ADDRESSES: Record<string, { family: number; bytes: number[] }> = {
  '127.0.0.1': { family: AddressFamily.IPV4, bytes: [127, 0, 0, 1, ...Array(12).fill(0)] },
  '0.0.0.0': { family: AddressFamily.IPV4, bytes: Array(16).fill(0) },
  '::': { family: AddressFamily.IPV6, bytes: Array(16).fill(0) },
  '::1': { family: AddressFamily.IPV6, bytes: [...Array(15).fill(0), 1] },
  '::ffff:127.0.0.1': { family: AddressFamily.IPV4, bytes: [127, 0, 0, 1, ...Array(12).fill(0)] },
};

describe('recorded listeners', () => {
  it('are all there', () => {
    expect(parseDiagDump(listeners)).toHaveLength(known.listeners.length);
  });

  it.each(known.listeners)('$source:$sourcePort', ({ inode, source, sourcePort }) => {
    const socket = byInode(listeners).get(inode);
    expect(socket).toMatchObject({ state: TcpState.LISTEN, sourcePort, destPort: 0, cgroupId: 1 });
    expect(socket?.family).toBe(ADDRESSES[source]?.family);
    expect([...(socket?.source ?? [])]).toEqual(ADDRESSES[source]?.bytes);
    expect(socket?.counters).toBeUndefined();
  });
});

describe('recorded connections', () => {
  it.each(known.connections)('$source:$sourcePort $state', ({ inode, source, sourcePort, ...expected }) => {
    const socket = byInode(connections).get(inode);
    expect(socket?.state).toBe(TcpState[expected.state ?? 'CLOSE']);
    expect(socket?.sourcePort).toBe(sourcePort);
    expect(socket?.family).toBe(ADDRESSES[source]?.family);
    expect([...(socket?.source ?? [])]).toEqual(ADDRESSES[source]?.bytes);
    expect(socket?.counters).toMatchObject({
      sentBytes: expected.sent,
      receivedBytes: expected.received,
      retransmits: 0,
      lostPackets: 0,
    });
    expect(socket?.counters?.rttUs).toBeGreaterThan(0);
    expect(socket?.counters?.sentPackets).toBeGreaterThan(0);
  });

  it('have a cookie each', () => {
    const cookies = parseDiagDump(connections).map((socket) => socket.cookie);
    expect(new Set(cookies).size).toBe(cookies.length);
  });

  it('have no counters in TIME_WAIT', () => {
    const waiting = parseDiagDump(connections).filter((socket) => socket.state === TcpState.TIME_WAIT);
    expect(waiting).toHaveLength(1);
    expect(waiting[0]).toMatchObject({ inode: 0, cgroupId: 0 });
    expect(waiting[0]?.counters).toBeUndefined();
  });
});

describe('a damaged dump', () => {
  it.each([
    ['cut within a length', connections.subarray(0, 3)],
    ['cut within a message', connections.subarray(0, 40)],
    ['a length of nothing', new Uint8Array(80)],
    ['a length beyond the end', new Uint8Array(80).fill(0xff)],
  ])('%s is refused', (_name, bytes) => {
    expect(() => parseDiagDump(bytes)).toThrow(/malformed sock_diag answer at byte 0/);
  });

  it('ends in sockets or in a clear error, whatever was damaged', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(connections.length - 1), fc.integer({ min: 0, max: 255 })), {
          maxLength: 20,
        }),
        fc.nat(connections.length),
        (damage, length) => {
          const bytes = connections.slice();
          for (const [at, byte] of damage) bytes[at] = byte;
          expect(countOrError(bytes.subarray(0, length))).toBeLessThanOrEqual(length / 76);
        },
      ),
    );
  });
});

function countOrError(bytes: Uint8Array): number {
  try {
    return parseDiagDump(bytes).length;
  } catch (error) {
    expect((error as Error).message).toMatch(/malformed sock_diag answer/);
    return 0;
  }
}
