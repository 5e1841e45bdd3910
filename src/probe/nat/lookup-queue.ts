import { ConnRole, FlowRecord } from '../events.gen.ts';
import { arePair, pairHash } from '../flows/pairs.ts';

const { sourcePort, source, dest } = FlowRecord.at;
/** Offsets of what names both ends, in words: the two ports lie beside each other. */
const END_WORDS = [sourcePort, ...[0, 4, 8, 12].flatMap((word) => [source + word, dest + word])];

/**
 * The connections to be looked up next, copied: the ring's batch they came in is reused. Leaves out those whose
 * answer is known without: where both sides of a connection are here and each sees the other's address, there is no
 * NAT between them.
 */
export class LookupQueue {
  readonly capacity: number;
  /** Connections whose two sides met here; counts both sides. */
  paired = 0;
  /** Gave their ports to a later connection before they were looked up: the kernel knows only that one. */
  superseded = 0;
  /** Came when the queue was full. */
  dropped = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #waiting: Uint8Array;
  /** By a hash that the two sides of a connection share. */
  readonly #bySides = new Map<number, number>();
  #used = 0;
  #size = 0;
  /** What take() looks at next; it goes round twice. */
  #next = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#bytes = new Uint8Array(capacity * FlowRecord.size);
    this.#view = new DataView(this.#bytes.buffer);
    this.#waiting = new Uint8Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  add(record: FlowRecord): void {
    const hash = pairHash(record) | 0;
    const index = this.#bySides.get(hash);
    const known = index === undefined ? undefined : this.#at(index);
    if (index !== undefined && known?.protocol === record.protocol) {
      if (arePair(record, known)) {
        this.#remove(index, hash);
        this.paired += 2;
        return;
      }
      if (haveSameEnds(record, known)) {
        if (record.openedNs === known.openedNs && record.sock === known.sock) return;
        this.#remove(index, hash);
        this.superseded++;
      }
    }
    if (this.#used === this.capacity) {
      this.dropped++;
      return;
    }
    const { buffer, byteOffset } = record.view;
    const copied = new Uint8Array(buffer, byteOffset + record.offset, FlowRecord.size);
    this.#bytes.set(copied, this.#used * FlowRecord.size);
    this.#waiting[this.#used] = 1;
    this.#bySides.set(hash, this.#used++);
    this.#size++;
  }

  /**
   * Takes out the next connections, at most `limit`: first as those see them who opened them, since their answer may
   * do for the other side. The records are valid until clear().
   */
  take(limit: number): FlowRecord[] {
    const records: FlowRecord[] = [];
    for (; this.#next < 2 * this.#used && records.length < limit; this.#next++) {
      if (this.#next === this.#used && records.length > 0) break;
      const index = this.#next % this.#used;
      if (this.#waiting[index] === 0) continue;
      const record = this.#at(index);
      if (record.role === ConnRole.SERVER && this.#next < this.#used) continue;
      this.#waiting[index] = 0;
      this.#size--;
      records.push(record);
    }
    return records;
  }

  /** Takes out the connection with these ends, if it still waits. */
  takeSame(ends: FlowRecord): FlowRecord | undefined {
    const hash = pairHash(ends) | 0;
    const index = this.#bySides.get(hash);
    if (index === undefined || this.#waiting[index] === 0) return undefined;
    const record = this.#at(index);
    if (record.protocol !== ends.protocol || !haveSameEnds(record, ends)) return undefined;
    this.#remove(index, hash);
    return record;
  }

  clear(): void {
    this.#bySides.clear();
    this.#used = 0;
    this.#size = 0;
    this.#next = 0;
  }

  #remove(index: number, hash: number): void {
    this.#waiting[index] = 0;
    this.#bySides.delete(hash);
    this.#size--;
  }

  #at(index: number): FlowRecord {
    const record = new FlowRecord(this.#view);
    record.offset = index * FlowRecord.size;
    return record;
  }
}

function haveSameEnds(left: FlowRecord, right: FlowRecord): boolean {
  for (const word of END_WORDS) {
    if (left.view.getUint32(left.offset + word) !== right.view.getUint32(right.offset + word)) return false;
  }
  return true;
}
