import { constants } from 'node:os';
import { misuse } from './failure.ts';
import type { Libraries } from './libraries.ts';
import type { BpfMap } from './map-io.ts';
import { MappedMemory } from './mapped-memory.ts';
import { roundUp } from './memory.ts';

const { EINVAL, ENOBUFS } = constants.errno;

const TYPE_RING = 27;
const BUSY = 0x8000_0000;
const DISCARDED = 0x4000_0000;
const SIZE_MASK = 0x3fff_ffff;
const HEAD_SIZE = 8;
/** Of sysconf(). */
const PAGE_SIZE = 30;

/**
 * The reading side of a BPF ring buffer. libbpf's own reader hands a record over after it consumed it; reading the
 * mapped pages here looks at a record's length first, and leaves in the ring what does not fit.
 */
export class Ring {
  readonly fd: number;
  readonly #size: number;
  readonly #consumer: MappedMemory;
  readonly #producer: MappedMemory;
  readonly #consumed: BigUint64Array;
  readonly #produced: BigUint64Array;
  readonly #data: Buffer;
  readonly #heads: Int32Array;

  // The data pages follow the producer's page, mapped twice in a row: a record never wraps.
  constructor(libraries: Libraries, map: BpfMap) {
    if (map.type !== TYPE_RING) throw misuse(EINVAL, `map '${map.name}' is not a ring buffer`);
    const { fd, maxEntries: size } = map;
    const what = `ring buffer '${map.name}'`;
    const pageSize = libraries.c.sysconf(PAGE_SIZE);
    this.fd = fd;
    this.#size = size;
    this.#consumer = new MappedMemory(libraries, { fd, size: pageSize, writable: true }, what);
    const rest = { fd, size: pageSize + 2 * size, writable: false, offset: pageSize };
    try {
      this.#producer = new MappedMemory(libraries, rest, what);
    } catch (error) {
      this.#consumer.unmap();
      throw error;
    }
    const { buffer, byteOffset } = this.#producer.bytes;
    this.#consumed = new BigUint64Array(this.#consumer.bytes.buffer, this.#consumer.bytes.byteOffset, 1);
    this.#produced = new BigUint64Array(buffer, byteOffset, 1);
    this.#data = this.#producer.bytes.subarray(pageSize);
    this.#heads = new Int32Array(buffer, byteOffset + pageSize, (2 * size) / 4);
  }

  /**
   * Moves whole records into `out`, each at the next multiple of 8 with zeros between, and returns the bytes used. Stops
   * at a record that a program still writes. ENOBUFS when not even the next record fits.
   */
  drain(out: Uint8Array): number {
    let position = Number(Atomics.load(this.#consumed, 0));
    let used = 0;
    for (;;) {
      const end = Number(Atomics.load(this.#produced, 0));
      const moved = this.#move(out, used, { position, end });
      // The kernel announces a record when it sees the one before consumed: after this store, which is a full barrier,
      // either it sees that, or the next look here sees the record.
      if (moved.position !== position) Atomics.store(this.#consumed, 0, BigInt(moved.position));
      if (moved.needed !== undefined) {
        if (moved.used > 0) return moved.used;
        throw misuse(ENOBUFS, `the next record has ${moved.needed} bytes; the buffer has ${out.length}`);
      }
      if (moved.position === position) return moved.used;
      ({ position, used } = moved);
    }
  }

  /** Bytes in the ring, the heads of the records included. */
  backlog(): number {
    return Number(Atomics.load(this.#produced, 0) - Atomics.load(this.#consumed, 0));
  }

  unmap(): void {
    this.#consumer.unmap();
    this.#producer.unmap();
  }

  /** As many records as are written and fit; `needed` is the size of one that does not. */
  #move(
    out: Uint8Array,
    used: number,
    { position, end }: { position: number; end: number },
  ): { position: number; used: number; needed?: number } {
    while (position !== end) {
      const at = position % this.#size;
      const head = Atomics.load(this.#heads, at / 4);
      if (head & BUSY) break;
      const size = head & SIZE_MASK;
      if (!(head & DISCARDED)) {
        const padded = roundUp(size, 8);
        if (padded > out.length - used) return { position, used, needed: padded };
        const from = at + HEAD_SIZE;
        out.set(this.#data.subarray(from, from + size), used);
        if (padded !== size) out.fill(0, used + size, used + padded);
        used += padded;
      }
      position += roundUp(size + HEAD_SIZE, 8);
    }
    return { position, used };
  }
}
