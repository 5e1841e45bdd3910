import type { AddressName } from '../dns/names.ts';
import { FlowFlag, FlowRecord, TcpState } from '../events.gen.ts';
import type { Translation } from '../nat/translation.ts';
import { isLoopback } from './address.ts';
import { arePair, pairHash } from './pairs.ts';
import { SlotIndex } from './slot-index.ts';
import { type FlowNames, SlotNames } from './slot-names.ts';
import { FlowSlots, type SlotList } from './slots.ts';

export type Change = 'flow.opened' | 'flow.updated' | 'flow.closed';

/** What the probe knows of a flow beside its record. */
export interface FlowView {
  record: FlowRecord;
  /** The two ends are on this node. */
  local: boolean;
  /** The close was not delivered: `record` holds the last counters that were read. */
  closeMissed: boolean;
  /** What NAT made of its ends. */
  translation: Translation | undefined;
  /** What its destination was looked up as. */
  name: AddressName | undefined;
}

export interface FlowTableOptions {
  /** Flows tracked at once; the least recently active goes first. */
  maxActive: number;
  /** Closed flows kept for listing; the oldest goes first. */
  maxClosed: number;
  /** Asked once for every flow, when it is first seen. */
  translation(record: FlowRecord): Translation | undefined;
  /** Asked whenever a flow without a name is shown: the answer to its lookup may be known only later. */
  names: FlowNames;
  /** Called for every change while the flow is readable through `view`. */
  onChange(change: Change, view: FlowView): void;
}

const LOCAL = 1;
const CLOSE_MISSED = 2;

/**
 * The connections of the node, by socket: active ones in order of their last activity and those closed since.
 * Bounded by its options; what did not fit is counted in `evicted`.
 */
export class FlowTable {
  readonly maxActive: number;
  readonly maxClosed: number;
  /** Active flows dropped because the table was full; their close is still reported. */
  evicted = 0;
  /** Closed flows that made room for later ones. */
  forgotten = 0;
  /** Flows whose close never came. */
  closesMissed = 0;
  readonly #slots: FlowSlots;
  readonly #active: SlotList;
  readonly #closed: SlotList;
  readonly #bySock: SlotIndex;
  readonly #byPair: SlotIndex;
  readonly #marks: Uint8Array;
  readonly #translations: (Translation | undefined)[] = [];
  readonly #names: SlotNames;
  /** The snapshot in which a flow was last met. */
  readonly #met: Uint32Array;
  #snapshot = 1;
  /** Sockets and openings that the snapshot found and the table did not know. */
  #strangers = new Map<number, number>();
  #strangersBefore = new Map<number, number>();
  readonly #translate: FlowTableOptions['translation'];
  readonly #onChange: FlowTableOptions['onChange'];

  constructor(options: FlowTableOptions) {
    this.maxActive = options.maxActive;
    this.maxClosed = options.maxClosed;
    this.#translate = options.translation;
    this.#onChange = options.onChange;
    this.#names = new SlotNames(options.names);
    const capacity = options.maxActive + options.maxClosed;
    this.#slots = new FlowSlots(capacity);
    this.#active = this.#slots.list();
    this.#closed = this.#slots.list();
    this.#bySock = new SlotIndex(capacity);
    this.#byPair = new SlotIndex(capacity);
    this.#marks = new Uint8Array(capacity);
    this.#met = new Uint32Array(capacity);
  }

  get activeCount(): number {
    return this.#active.size;
  }

  get closedCount(): number {
    return this.#closed.size;
  }

  opened(record: FlowRecord): void {
    this.#endEarlier(record);
    const known = this.#find(record);
    const slot = known ?? this.#insert(record);
    if (known !== undefined) this.#slots.copyFrom(slot, record);
    this.#report(known === undefined ? 'flow.opened' : 'flow.updated', slot);
  }

  /**
   * A live socket as the snapshot found it. One that is not known may have records waiting that are older than the
   * snapshot, its own or those of the socket's life before; still unknown in the next snapshot, there are none:
   * it is connecting, or the record of its opening was lost. A table that is full does not take it in.
   */
  active(record: FlowRecord): void {
    let slot = this.#find(record);
    if (slot === undefined) {
      const { sock, openedNs } = record;
      this.#strangers.set(sock, openedNs);
      if (this.#strangersBefore.get(sock) !== openedNs || this.#active.size >= this.maxActive) return;
      slot = this.#insert(record);
      this.#report('flow.opened', slot);
    } else if (this.#slots.differs(slot, record)) {
      // Another socket has its memory: the end of this one was not seen.
      if (!this.#slots.hasSamePeer(slot, record)) return;
      this.#slots.copyFrom(slot, record);
      this.#active.remove(slot);
      this.#active.append(slot);
      this.#report('flow.updated', slot);
    }
    this.#met[slot] = this.#snapshot;
  }

  closed(record: FlowRecord): void {
    this.#endEarlier(record);
    const known = this.#find(record);
    const slot = known ?? this.#insert(record);
    this.#bySock.delete(this.#slots.at(slot).sock);
    if (known !== undefined) {
      if (record.openedNs === 0) this.#slots.copyCounters(slot, record);
      else this.#slots.copyFrom(slot, record);
    }
    this.#finish(slot);
  }

  /** A connection that is older than the probe: its `sock` is its cookie, by which its last record will find it. */
  adopt(record: FlowRecord): void {
    if (this.#active.size >= this.maxActive) return;
    this.#report('flow.updated', this.#insert(record));
  }

  knows(record: FlowRecord): boolean {
    return this.#find(record) !== undefined;
  }

  has(sock: number): boolean {
    return this.#bySock.has(sock);
  }

  /** The connection is gone though its close was not delivered. */
  vanished(sock: number): void {
    const slot = this.#bySock.get(sock);
    if (slot !== undefined) this.#miss(slot);
  }

  /**
   * Ends a snapshot: every record that was waiting when it was taken has been applied. A flow that it did not
   * show, nor the one before, has closed, and the record of that was lost.
   */
  endSnapshot(): void {
    const missed: number[] = [];
    for (const slot of this.#active) {
      const untracked = this.#slots.at(slot).flags & FlowFlag.UNTRACKED;
      if (!untracked && (this.#met[slot] ?? 0) < this.#snapshot - 1) missed.push(slot);
    }
    for (const slot of missed) this.#miss(slot);
    this.#strangersBefore = this.#strangers;
    this.#strangers = new Map();
    this.#snapshot++;
  }

  /**
   * Flows that have closed, oldest first, then active ones from the longest idle to the latest. A view is valid
   * until the next step.
   */
  *[Symbol.iterator](): Generator<FlowView> {
    for (const slot of this.#closed) yield this.#view(slot);
    for (const slot of this.#active) yield this.#view(slot);
  }

  /** Active flows by the id of their cgroup. */
  activeByCgroup(): Map<number, number> {
    const counts = new Map<number, number>();
    for (const slot of this.#active) {
      const { cgroupId } = this.#slots.at(slot);
      counts.set(cgroupId, (counts.get(cgroupId) ?? 0) + 1);
    }
    return counts;
  }

  /** A socket's memory serves one connection after the other: what the table knows of it may be an earlier one. */
  #find(record: FlowRecord): number | undefined {
    const { openedNs } = record;
    const slot =
      this.#bySock.get(record.sock) ?? (openedNs === 0 ? this.#bySock.get(record.cookie) : undefined);
    if (slot === undefined) return undefined;
    return openedNs === 0 || openedNs === this.#slots.at(slot).openedNs ? slot : undefined;
  }

  /** Records come in order: when the socket's next connection reports, the close of the one before is lost. */
  #endEarlier({ sock, openedNs }: FlowRecord): void {
    const slot = this.#bySock.get(sock);
    if (slot !== undefined && openedNs > this.#slots.at(slot).openedNs) this.#miss(slot);
  }

  #insert(record: FlowRecord): number {
    if (this.#active.size >= this.maxActive) this.#evict();
    const slot = this.#slots.take();
    this.#slots.copyFrom(slot, record);
    this.#marks[slot] = 0;
    this.#translations[slot] = this.#translate(record);
    this.#met[slot] = this.#snapshot;
    this.#bySock.set(record.sock, slot);
    this.#active.append(slot);
    this.#pair(slot);
    return slot;
  }

  #finish(slot: number): void {
    this.#active.remove(slot);
    this.#closed.append(slot);
    this.#report('flow.closed', slot);
    this.#names.close(slot);
    if (this.#closed.size <= this.maxClosed) return;
    this.forgotten++;
    this.#release(this.#closed);
  }

  #miss(slot: number): void {
    this.closesMissed++;
    this.#mark(slot, CLOSE_MISSED);
    const { view, offset, sock } = this.#slots.at(slot);
    this.#bySock.delete(sock);
    view.setUint8(offset + FlowRecord.at.oldState, view.getUint8(offset + FlowRecord.at.state));
    view.setUint8(offset + FlowRecord.at.state, TcpState.CLOSE);
    this.#finish(slot);
  }

  #evict(): void {
    const slot = this.#active.first;
    if (slot === undefined) return;
    this.evicted++;
    this.#bySock.delete(this.#slots.at(slot).sock);
    this.#release(this.#active);
  }

  /** Frees the first of a list. */
  #release(list: SlotList): void {
    const slot = list.first;
    if (slot === undefined) return;
    list.remove(slot);
    const hash = pairHash(this.#slots.at(slot));
    if (this.#byPair.get(hash) === slot) this.#byPair.delete(hash);
    this.#names.forget(slot);
    this.#slots.release(slot);
  }

  /** Both ends of a connection on this node: its other side is here too, or it cannot leave the node. */
  #pair(slot: number): void {
    const record = this.#slots.at(slot);
    const { view, offset, family } = record;
    if (isLoopback(view, offset + FlowRecord.at.dest, family)) this.#mark(slot, LOCAL);
    const hash = pairHash(record);
    const other = this.#byPair.get(hash);
    if (other !== undefined && arePair(record, { view, offset: other * FlowRecord.size })) {
      this.#mark(slot, LOCAL);
      this.#mark(other, LOCAL);
    }
    this.#byPair.set(hash, slot);
  }

  #mark(slot: number, mark: number): void {
    this.#marks[slot] = (this.#marks[slot] ?? 0) | mark;
  }

  #view(slot: number): FlowView {
    const marks = this.#marks[slot] ?? 0;
    const record = this.#slots.at(slot);
    const local = (marks & LOCAL) !== 0;
    return {
      record,
      local,
      closeMissed: (marks & CLOSE_MISSED) !== 0,
      translation: this.#translations[slot],
      name: this.#names.of(slot, record),
    };
  }

  #report(change: Change, slot: number): void {
    this.#onChange(change, this.#view(slot));
  }
}
