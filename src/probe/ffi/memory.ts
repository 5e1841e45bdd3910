import type { Modules } from './modules.ts';

/** Bytes that C may read and write: their address stays, and is known. */
export interface Memory {
  bytes: Buffer;
  view: DataView;
  address: number;
  /** What the bytes hold addresses of, which lives as long. */
  pointsTo: Memory[];
}

export class Allocator {
  readonly #ref: Modules['ref'];

  constructor({ ref }: Modules) {
    this.#ref = ref;
  }

  /** Zeros, freed when nothing refers to them. */
  allocate(size: number): Memory {
    return this.#known(Buffer.alloc(Math.max(size, 1)));
  }

  copyOf(bytes: Uint8Array): Memory {
    const memory = this.allocate(bytes.length);
    memory.bytes.set(bytes);
    return memory;
  }

  /** A C string. */
  text(text: string): Memory {
    return this.copyOf(Buffer.from(`${text}\0`));
  }

  /**
   * A view of memory that is C's. ref-napi makes each one a gigabyte long, and V8 believes that this much was allocated:
   * it collects garbage each time, so that there must be few of them, and none per call.
   */
  foreign(address: number, size: number): Buffer {
    const pointer = Buffer.alloc(8);
    pointer.writeBigUInt64LE(BigInt(address));
    return this.#ref.readPointer(pointer, 0, size);
  }

  #known(bytes: Buffer): Memory {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return { bytes, view, address: this.#ref.address(bytes), pointsTo: [] };
  }
}

/** Puts the address of one memory into another. */
export function setPointer(memory: Memory, at: number, target: Memory): void {
  setU64(memory.view, at, target.address);
  memory.pointsTo.push(target);
}

/** A number below 2^53, as a u64. */
export function setU64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
}

/** A u64 that is known to be below 2^53. */
export function getU64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

export function roundUp(size: number, step: number): number {
  return Math.ceil(size / step) * step;
}
