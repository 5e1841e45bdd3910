import {
  FlowFlag,
  FlowRecord,
  IpProtocol,
  RecordKind,
  TcpState,
  type UdpCount,
  UdpKey,
} from '../events.gen.ts';
import { FlowSlots, type SlotList } from '../flows/slots.ts';
import type { FlowTable } from '../flows/table.ts';
import { writeFlowRecord } from '../flows/write-record.ts';
import type { SocketOwner } from '../sockdiag/socket-owners.ts';

export interface ConversationsOptions {
  table: Pick<FlowTable, 'opened' | 'active' | 'closed'>;
  /** Conversations open at once; beyond, the longest idle one is closed early. */
  capacity: number;
  /** Who holds the socket of this inode, as far as known. */
  ownerOf(inode: number): SocketOwner | undefined;
}

/**
 * The table of flows knows each by a number: TCP's are addresses of the kernel, which have bit 47, or cookies, which
 * are counted from 1. Those of conversations are counted from here.
 */
const FIRST_NUMBER = 2 ** 46;
/** A record counts packets in 32 bits: long before they are full the conversation goes on as another flow. */
const MOST_PACKETS = 2 ** 31;

const SAME = 0;
const NEW = 1;
const CHANGED = 2;

const { at } = FlowRecord;
const template = writeFlowRecord({
  kind: RecordKind.FLOW_ACTIVE,
  protocol: IpProtocol.UDP,
  flags: FlowFlag.UNTRACKED,
  oldState: TcpState.ESTABLISHED,
  state: TcpState.ESTABLISHED,
});

/**
 * UDP conversations as flows: sums up what the kernel counted from reading to reading. One begins with its first
 * datagram and ends with its last, which is known when none came for a while; the same socket and ends then begin
 * another one. What changes is reported together by report().
 */
export class Conversations {
  readonly capacity: number;
  /** Closed while they were in use, to make room; their later datagrams are another flow. */
  closedEarly = 0;
  /** Datagrams to take back of a conversation that is closed, or that is another one by now. */
  unsettled = 0;
  readonly #table: ConversationsOptions['table'];
  readonly #ownerOf: ConversationsOptions['ownerOf'];
  readonly #slots: FlowSlots;
  /** From the longest idle to the latest active, as exactly as readings tell. */
  readonly #open: SlotList;
  readonly #byName = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #inodes: Float64Array;
  readonly #changes: Uint8Array;
  #changed: number[] = [];
  #next = FIRST_NUMBER;

  constructor({ table, capacity, ownerOf }: ConversationsOptions) {
    this.capacity = capacity;
    this.#table = table;
    this.#ownerOf = ownerOf;
    this.#slots = new FlowSlots(capacity);
    this.#open = this.#slots.list();
    this.#inodes = new Float64Array(capacity);
    this.#changes = new Uint8Array(capacity);
  }

  get size(): number {
    return this.#open.size;
  }

  /** Adds what a conversation did since the reading before. */
  add(key: UdpKey, count: UdpCount): void {
    const name = nameOf(key);
    let slot = this.#byName.get(name);
    if (slot === undefined && (count.packetsSent < 0 || count.packetsReceived < 0)) {
      this.unsettled += Math.max(-count.packetsSent, 0) + Math.max(-count.packetsReceived, 0);
      return;
    }
    if (slot !== undefined && this.#isFull(slot)) {
      const { role } = this.#slots.at(slot);
      this.#finish(slot);
      slot = this.#begin(name, key, count);
      this.#setUint8(slot, at.role, role);
    }
    slot ??= this.#begin(name, key, count);
    this.#sum(slot, count);
    if (this.#slots.at(slot).pid === 0) this.#setOwner(slot, this.#ownerOf(count.inode));
    this.#touch(slot);
  }

  /** Those that began since the last report(); a record is valid until the next step. */
  *begun(): Generator<FlowRecord> {
    for (const slot of this.#changed) if (this.#changes[slot] === NEW) yield this.#slots.at(slot);
  }

  /** Brings the table of flows up to date with what was added. */
  report(): void {
    for (const slot of this.#changed) {
      const change = this.#changes[slot];
      this.#changes[slot] = SAME;
      if (change === NEW) this.#table.opened(this.#slots.at(slot));
      else if (change === CHANGED) this.#table.active(this.#slots.at(slot));
    }
    this.#changed = [];
  }

  /** Closes those whose last datagram came before `bootNs`. Call it after report(). */
  closeIdle(bootNs: number): void {
    for (;;) {
      const slot = this.#open.first;
      if (slot === undefined || this.#slots.at(slot).atNs >= bootNs) return;
      this.#finish(slot);
    }
  }

  /** Gives the conversations of these sockets their owner. Reported with the next report(). */
  own(owners: ReadonlyMap<number, SocketOwner>): void {
    for (const slot of [...this.#open]) {
      const owner = owners.get(this.#inodes[slot] ?? 0);
      if (owner === undefined || this.#slots.at(slot).pid !== 0) continue;
      this.#setOwner(slot, owner);
      this.#touch(slot);
    }
  }

  #begin(name: string, key: UdpKey, count: UdpCount): number {
    const longestIdle = this.#open.first;
    if (this.#open.size >= this.capacity && longestIdle !== undefined) {
      this.closedEarly++;
      this.#finish(longestIdle);
    }
    const slot = this.#slots.take();
    this.#slots.copyFrom(slot, template);
    const { view, offset } = this.#slots.at(slot);
    setUint64(view, offset + at.sock, this.#next++);
    setUint64(view, offset + at.openedNs, count.firstNs);
    setUint64(view, offset + at.establishedNs, count.firstNs);
    view.setUint32(offset + at.netns, count.netns, true);
    view.setUint16(offset + at.sourcePort, key.sourcePort, true);
    view.setUint16(offset + at.destPort, key.destPort, true);
    view.setUint16(offset + at.openedCpu, count.firstCpu, true);
    view.setUint8(offset + at.family, key.family);
    view.setUint8(offset + at.role, count.role);
    setBytes(view, offset + at.source, key.source);
    setBytes(view, offset + at.dest, key.dest);
    this.#byName.set(name, slot);
    this.#names[slot] = name;
    this.#inodes[slot] = count.inode;
    this.#open.append(slot);
    this.#changes[slot] = NEW;
    this.#changed.push(slot);
    return slot;
  }

  #sum(slot: number, count: UdpCount): void {
    const record = this.#slots.at(slot);
    const { view, offset } = record;
    setUint64(view, offset + at.atNs, Math.max(record.atNs, count.lastNs));
    const packetsSent = this.#settled(record.packetsSent + count.packetsSent);
    const packetsReceived = this.#settled(record.packetsReceived + count.packetsReceived);
    setUint64(view, offset + at.sent, Math.max(record.sent + count.sent, 0));
    setUint64(view, offset + at.received, Math.max(record.received + count.received, 0));
    view.setUint32(offset + at.packetsSent, packetsSent, true);
    view.setUint32(offset + at.packetsReceived, packetsReceived, true);
    view.setUint32(offset + at.lostPackets, record.lostPackets + count.packetsDropped, true);
    if (record.cgroupId === 0) setUint64(view, offset + at.cgroupId, count.cgroupId);
    if (record.pid === 0 && count.pid !== 0) this.#setOwner(slot, count);
    this.#open.remove(slot);
    this.#open.append(slot);
  }

  /** A conversation has no fewer than none: what is below was counted in one that has ended. */
  #settled(packets: number): number {
    if (packets < 0) this.unsettled -= packets;
    return Math.max(packets, 0);
  }

  #isFull(slot: number): boolean {
    const { packetsSent, packetsReceived } = this.#slots.at(slot);
    return Math.max(packetsSent, packetsReceived) >= MOST_PACKETS;
  }

  #setOwner(slot: number, owner: SocketOwner | undefined): void {
    if (owner === undefined) return;
    const { view, offset } = this.#slots.at(slot);
    view.setUint32(offset + at.pid, owner.pid, true);
    const comm = new Uint8Array(view.buffer, offset + at.comm, 15);
    new TextEncoder().encodeInto(owner.comm, comm.fill(0));
  }

  #setUint8(slot: number, field: number, value: number): void {
    const { view, offset } = this.#slots.at(slot);
    view.setUint8(offset + field, value);
  }

  #touch(slot: number): void {
    if (this.#changes[slot] !== SAME) return;
    this.#changes[slot] = CHANGED;
    this.#changed.push(slot);
  }

  #finish(slot: number): void {
    this.#setUint8(slot, at.state, TcpState.CLOSE);
    this.#table.closed(this.#slots.at(slot));
    this.#changes[slot] = SAME;
    this.#byName.delete(this.#names[slot] ?? '');
    this.#open.remove(slot);
    this.#slots.release(slot);
  }
}

function nameOf({ view, offset }: UdpKey): string {
  return Buffer.from(view.buffer, view.byteOffset + offset, UdpKey.size).toString('latin1');
}

function setUint64(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, value % 0x1_0000_0000, true);
  view.setUint32(offset + 4, Math.floor(value / 0x1_0000_0000), true);
}

function setBytes(view: DataView, offset: number, bytes: Uint8Array): void {
  new Uint8Array(view.buffer, offset, bytes.length).set(bytes);
}
