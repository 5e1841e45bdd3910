import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { AddressFamily, ConnRole, FlowRecord, UdpCount, UdpKey } from '../events.gen.ts';
import { noNames } from '../flows/record.fixture.ts';
import { FlowTable } from '../flows/table.ts';
import type { SocketOwner } from '../sockdiag/socket-owners.ts';
import { Conversations } from './udp-conversations.ts';

interface Reading {
  socket: number;
  destPort: number;
  sent: number;
  received: number;
  packetsSent: number;
  packetsReceived: number;
  packetsDropped: number;
  lastNs: number;
  pid: number;
  inode: number;
  role: number;
}

/** One entry of a table of the kernel, as it would be read. */
function entry(reading: Partial<Reading>): [UdpKey, UdpCount] {
  const values = { socket: 1, destPort: 53, lastNs: 1000, role: ConnRole.CLIENT, ...reading };
  const key = new DataView(new ArrayBuffer(UdpKey.size));
  key.setBigUint64(UdpKey.at.socket, BigInt(values.socket), true);
  key.setUint16(UdpKey.at.sourcePort, 40_000, true);
  key.setUint16(UdpKey.at.destPort, values.destPort, true);
  key.setUint32(UdpKey.at.family, AddressFamily.IPV4, true);
  key.setUint32(UdpKey.at.source, 0x7f000001);
  key.setUint32(UdpKey.at.dest, 0x7f000001);
  const count = new DataView(new ArrayBuffer(UdpCount.size));
  const { at } = UdpCount;
  count.setBigUint64(at.firstNs, 500n, true);
  count.setBigUint64(at.lastNs, BigInt(values.lastNs), true);
  count.setBigUint64(at.inode, BigInt(values.inode ?? 0), true);
  count.setBigInt64(at.sent, BigInt(values.sent ?? 0), true);
  count.setBigInt64(at.received, BigInt(values.received ?? 0), true);
  count.setInt32(at.packetsSent, values.packetsSent ?? 0, true);
  count.setInt32(at.packetsReceived, values.packetsReceived ?? 0, true);
  count.setUint32(at.packetsDropped, values.packetsDropped ?? 0, true);
  count.setUint32(at.pid, values.pid ?? 0, true);
  count.setUint8(at.role, values.role);
  if (values.pid) new TextEncoder().encodeInto('sender', new Uint8Array(count.buffer, at.comm, 16));
  return [new UdpKey(key), new UdpCount(count)];
}

let events: { change: string; sock: number; sent: number; packets: number; pid: number }[];
let table: FlowTable;
let conversations: Conversations;
let owners: Map<number, SocketOwner>;

function make(capacity: number): void {
  events = [];
  owners = new Map();
  table = new FlowTable({
    maxActive: 100,
    maxClosed: 100,
    translation: () => undefined,
    names: noNames,
    onChange: (change, { record }) => {
      const { sock, sent, packetsSent, pid } = record;
      events.push({ change, sock, sent, packets: packetsSent, pid });
    },
  });
  conversations = new Conversations({ table, capacity, ownerOf: (inode) => owners.get(inode) });
}

beforeEach(() => make(10));

function read(...readings: Partial<Reading>[]): void {
  for (const reading of readings) conversations.add(...entry(reading));
  conversations.report();
}

const changes = () => events.map(({ change }) => change);

function flows(): FlowRecord[] {
  return Array.from(table, ({ record: { view, offset } }) => Object.assign(new FlowRecord(view), { offset }));
}

describe('a conversation', () => {
  it('is one flow from reading to reading, and each reading one event', () => {
    read({ sent: 10, packetsSent: 1 });
    read({ sent: 20, packetsSent: 2, received: 5, packetsReceived: 1, packetsDropped: 3 });
    expect(changes()).toEqual(['flow.opened', 'flow.updated']);
    const [flow] = flows();
    expect(flow).toMatchObject({ sent: 30, packetsSent: 3, received: 5, packetsReceived: 1, lostPackets: 3 });
    expect(flow).toMatchObject({ openedNs: 500, establishedNs: 500, sourcePort: 40_000, destPort: 53 });
  });

  it('is told from others by its socket and by its ends', () => {
    read({ socket: 1 }, { socket: 2 }, { socket: 1, destPort: 54 });
    expect(conversations.size).toBe(3);
    expect(new Set(events.map(({ sock }) => sock)).size).toBe(3);
  });

  it('sums to what was counted, however it is cut into readings', () => {
    const reading = fc.record({
      socket: fc.integer({ min: 1, max: 3 }),
      sent: fc.integer({ min: 0, max: 2 ** 40 }),
      packetsSent: fc.integer({ min: 0, max: 1000 }),
    });
    fc.assert(
      fc.property(fc.array(fc.array(reading)), (readings) => {
        make(10);
        for (const each of readings) read(...each);
        for (const socket of [1, 2, 3]) {
          const ofSocket = readings.flat().filter((each) => each.socket === socket);
          const sum = (key: 'sent' | 'packetsSent') => ofSocket.reduce((total, each) => total + each[key], 0);
          if (ofSocket.length === 0) continue;
          expect(flows().map(({ sent, packetsSent }) => [sent, packetsSent])).toContainEqual([
            sum('sent'),
            sum('packetsSent'),
          ]);
        }
      }),
    );
  });

  it('gives back what a later reading takes back', () => {
    read({ sent: 10, packetsSent: 1 });
    read({ sent: -10, packetsSent: -1 });
    expect(flows()[0]).toMatchObject({ sent: 0, packetsSent: 0 });
    read({ socket: 2, sent: -10, packetsSent: -1 });
    expect(conversations).toMatchObject({ size: 1, unsettled: 1 });
  });

  it('gives back no more than it has, when what was counted ended with the one before it', () => {
    read({ sent: 10, packetsSent: 1, lastNs: 1000 });
    conversations.closeIdle(2000);
    read({ received: 5, packetsReceived: 1, lastNs: 3000 });
    read({ sent: -10, packetsSent: -1, received: 7, packetsReceived: 1, lastNs: 3000 });
    expect(flows().at(-1)).toMatchObject({ sent: 0, packetsSent: 0, received: 12, packetsReceived: 2 });
    expect(conversations.unsettled).toBe(1);
  });

  it('closes with its last datagram when it is idle, and the next datagram begins another', () => {
    read({ sent: 10, packetsSent: 1, lastNs: 1000 }, { socket: 2, lastNs: 3000 });
    conversations.closeIdle(2000);
    expect(conversations.size).toBe(1);
    expect(events.at(-1)).toMatchObject({ change: 'flow.closed', sent: 10, packets: 1 });
    expect(flows()[0]).toMatchObject({ atNs: 1000, oldState: 1, state: 7, error: 0 });
    read({ sent: 1, packetsSent: 1, lastNs: 4000 });
    expect(events.at(-1)).toMatchObject({ change: 'flow.opened', sent: 1, packets: 1 });
    expect(new Set(events.map(({ sock }) => sock)).size).toBe(3);
  });

  it('goes on as another flow before its packet counters are full', () => {
    read({ packetsSent: 2 ** 31 - 1, role: ConnRole.SERVER });
    read({ packetsSent: 1 });
    read({ packetsSent: 5 });
    expect(changes()).toEqual(['flow.opened', 'flow.updated', 'flow.closed', 'flow.opened']);
    expect(flows().map(({ packetsSent }) => packetsSent)).toEqual([2 ** 31, 5]);
    expect(flows().at(-1)?.role).toBe(ConnRole.SERVER);
  });
});

describe('the owner', () => {
  it('is who sent first', () => {
    read({ pid: 0 });
    read({ pid: 7 });
    read({ pid: 8 });
    expect(events.map(({ pid }) => pid)).toEqual([0, 7]);
    expect(flows()[0]?.comm).toBe('sender');
  });

  it('is who holds the socket while nobody has sent, at once or when it is found', () => {
    owners.set(70, { pid: 7, comm: 'seven' });
    read({ inode: 70 }, { socket: 2, inode: 80 });
    expect(events.map(({ pid }) => pid)).toEqual([7, 0]);
    conversations.own(new Map([[80, { pid: 8, comm: 'eight' }]]));
    conversations.report();
    expect(events.at(-1)).toMatchObject({ change: 'flow.updated', pid: 8 });
    expect(flows().map(({ comm }) => comm)).toEqual(['seven', 'eight']);
  });
});

it('makes room by closing the one that is idle longest', () => {
  make(2);
  read({ socket: 1 }, { socket: 2 });
  read({ socket: 1, packetsSent: 1 });
  read({ socket: 3 });
  expect(conversations).toMatchObject({ size: 2, closedEarly: 1 });
  const [closed] = events.filter(({ change }) => change === 'flow.closed');
  expect(closed?.sock).toBe(events[1]?.sock);
});

it('keeps every datagram when one reading has more than there is room for', () => {
  make(2);
  read(...[1, 2, 3, 4, 5].map((socket) => ({ socket, packetsSent: socket })));
  const total = flows().reduce((sum, { packetsSent }) => sum + packetsSent, 0);
  expect(total).toBe(15);
  expect(conversations).toMatchObject({ size: 2, closedEarly: 3 });
});
