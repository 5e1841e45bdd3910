import { FlowRecord } from '../events.gen.ts';

const NONE = -1;
const WORDS = FlowRecord.size / 4;
/** The header's kind, size, CPU and time differ in every record. */
const HEADER_WORDS = 4;

/**
 * Fixed storage for flow records: each slot keeps the kernel's 168 bytes as they came, so a flow costs no objects
 * until somebody asks for it. Slots are linked into lists that cost O(1) to append to, take from and reorder.
 */
export class FlowSlots {
  readonly capacity: number;
  readonly record: FlowRecord;
  readonly #words: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #free: SlotList;
  /** Of the memory that records were last copied from, which is nearly always that of the ring's batch. */
  #source: Uint32Array;

  constructor(capacity: number) {
    this.capacity = capacity;
    const buffer = new ArrayBuffer(capacity * FlowRecord.size);
    this.record = new FlowRecord(new DataView(buffer));
    this.#words = new Uint32Array(buffer);
    this.#source = this.#words;
    this.#bytes = new Uint8Array(buffer);
    this.#next = new Int32Array(capacity).fill(NONE);
    this.#previous = new Int32Array(capacity).fill(NONE);
    this.#free = this.list();
    for (let slot = 0; slot < capacity; slot++) this.#free.append(slot);
  }

  list(): SlotList {
    return new SlotList(this.#next, this.#previous);
  }

  take(): number {
    const slot = this.#free.first;
    if (slot === undefined) throw new RangeError('no free slot: its user keeps fewer than the capacity');
    this.#free.remove(slot);
    return slot;
  }

  release(slot: number): void {
    this.#free.append(slot);
  }

  /** The reader, placed on a slot; valid until the next call. */
  at(slot: number): FlowRecord {
    this.record.offset = slot * FlowRecord.size;
    return this.record;
  }

  copyFrom(slot: number, source: FlowRecord): void {
    const words = this.#wordsOf(source);
    const to = slot * WORDS;
    const from = firstWord(source);
    for (let word = 0; word < WORDS; word++) this.#words[to + word] = words[from + word] ?? 0;
  }

  /** Whether anything but the header is different. */
  differs(slot: number, source: FlowRecord): boolean {
    const words = this.#wordsOf(source);
    const start = slot * WORDS;
    const from = firstWord(source);
    for (let word = HEADER_WORDS; word < WORDS; word++) {
      if (words[from + word] !== this.#words[start + word]) return true;
    }
    return false;
  }

  /** Whether the record is of the network namespace and the peer that a connection keeps for life. */
  hasSamePeer(slot: number, source: FlowRecord): boolean {
    const words = this.#wordsOf(source);
    const start = slot * WORDS;
    const from = firstWord(source);
    return (
      peerWords.every((word) => words[from + word] === this.#words[start + word]) &&
      source.destPort === this.at(slot).destPort
    );
  }

  /**
   * The last record of a connection that the kernel had no room to remember does not know how it opened: copies
   * it, but keeps what the slot knows of that.
   */
  copyCounters(slot: number, source: FlowRecord): void {
    const start = slot * FlowRecord.size;
    const kept = openingFields.map(([at, size]) => this.#bytes.slice(start + at, start + at + size));
    this.copyFrom(slot, source);
    openingFields.forEach(([at], index) => {
      this.#bytes.set(kept[index] ?? [], start + at);
    });
  }

  /** The whole memory that the record is in: to make an array a record would take longer than to copy it. */
  #wordsOf({ view }: FlowRecord): Uint32Array {
    if (this.#source.buffer !== view.buffer) {
      this.#source = new Uint32Array(view.buffer, 0, Math.floor(view.buffer.byteLength / 4));
    }
    return this.#source;
  }
}

const destWord = FlowRecord.at.dest / 4;
const peerWords = [FlowRecord.at.netns / 4, destWord, destWord + 1, destWord + 2, destWord + 3];

/** Offset and size of what comes from the kernel's connection table rather than from the socket. */
const openingFields: [number, number][] = [
  [FlowRecord.at.openedNs, 8],
  [FlowRecord.at.establishedNs, 8],
  [FlowRecord.at.pid, 4],
  [FlowRecord.at.openedCpu, 2],
  [FlowRecord.at.flags, 1],
  [FlowRecord.at.role, 1],
  [FlowRecord.at.comm, 16],
];

function firstWord({ view, offset }: FlowRecord): number {
  return (view.byteOffset + offset) / 4;
}

/** A doubly linked list over shared link arrays: a slot is in one list at a time. */
export class SlotList {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  #head = NONE;
  #tail = NONE;
  size = 0;

  constructor(next: Int32Array, previous: Int32Array) {
    this.#next = next;
    this.#previous = previous;
  }

  get first(): number | undefined {
    return this.#head === NONE ? undefined : this.#head;
  }

  append(slot: number): void {
    this.#previous[slot] = this.#tail;
    this.#next[slot] = NONE;
    if (this.#tail === NONE) this.#head = slot;
    else this.#next[this.#tail] = slot;
    this.#tail = slot;
    this.size++;
  }

  remove(slot: number): void {
    const next = this.#next[slot] ?? NONE;
    const previous = this.#previous[slot] ?? NONE;
    if (previous === NONE) this.#head = next;
    else this.#next[previous] = next;
    if (next === NONE) this.#tail = previous;
    else this.#previous[next] = previous;
    this.size--;
  }

  /** First to last; the list must not change meanwhile. */
  *[Symbol.iterator](): Generator<number> {
    for (let slot = this.#head; slot !== NONE; slot = this.#next[slot] ?? NONE) yield slot;
  }
}
