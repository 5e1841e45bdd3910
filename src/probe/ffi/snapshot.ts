import { constants } from 'node:os';
import type { Snapshot as SnapshotInterface } from '../native.ts';
import { toBytes } from './args.ts';
import { type Context, guarded, misuse } from './failure.ts';
import { type BpfMap, type Columns, type MapIo, quoted, type Walk } from './map-io.ts';
import type { BpfProgram, KernelObject } from './object.ts';

const { EBADF, EINVAL, EIO, ENOBUFS } = constants.errno;

/** Keys asked of the kernel at once: a system call's cost spread over many, in little memory. */
const KEYS_AT_ONCE = 4096;
const TYPE_ARRAY = 2;
const F_MMAPABLE = 1 << 10;
/** 32-bit words of a socket's address. */
const WORDS = 2;

export interface SnapshotOptions {
  keys: string;
  slots: string;
  program: string;
  slotSize: number;
  /** Which of the keys; all of them without it. */
  sockets: Uint8Array | undefined;
}

/**
 * Reads given sockets or those that are the keys of a hash map: their addresses go into the memory-mapped slots, one run
 * of the program fills the slots from the kernel's memory, and the filled slots are copied out.
 */
export class SocketReader {
  readonly #object: KernelObject;
  readonly #io: MapIo;
  readonly #keys: BpfMap;
  readonly #program: BpfProgram;
  readonly #slotSize: number;
  readonly #slots: Buffer;
  readonly #slotWords: Int32Array;
  readonly #columns: Columns | undefined;
  readonly #walk: Walk;
  /** The sockets that were found and not read yet. */
  #waiting: Int32Array;

  constructor({ object, io }: { object: KernelObject; io: MapIo }, options: SnapshotOptions) {
    const { slotSize, sockets } = options;
    this.#object = object;
    this.#io = io;
    this.#keys = object.loadedMap(options.keys);
    this.#program = object.loadedProgram(options.program);
    this.#slotSize = slotSize;
    if (this.#keys.keySize !== 8) {
      throw misuse(EINVAL, `${quoted(this.#keys)} is not keyed by socket addresses`);
    }
    const slots = object.loadedMap(options.slots);
    requireSlots(slots, slotSize);
    this.#slots = object.memoryOf(slots);
    this.#slotWords = new Int32Array(this.#slots.buffer, this.#slots.byteOffset, this.#slots.length / 4);
    this.#columns = sockets ? undefined : io.columns(this.#keys, KEYS_AT_ONCE);
    this.#walk = { finished: sockets !== undefined };
    this.#waiting = new Int32Array(Uint8Array.from(sockets ?? []).buffer);
  }

  /** Fills `out` with whole slots; returns the bytes written, 0 at the end. */
  next(out: Uint8Array): number {
    const size = this.#slotSize;
    if (out.length < size) {
      throw misuse(ENOBUFS, `a slot has ${size} bytes; the buffer has ${out.length}`);
    }
    let written = 0;
    while (out.length - written >= size) {
      if (this.#waiting.length === 0) {
        if (this.#walk.finished) break;
        this.#fetchKeys();
        continue;
      }
      const room = Math.floor(Math.min(this.#slots.length, out.length - written) / size);
      const count = Math.min(this.#waiting.length / WORDS, room);
      this.#fillSlots(this.#waiting.subarray(0, count * WORDS));
      out.set(this.#slots.subarray(0, count * size), written);
      written += count * size;
      this.#waiting = this.#waiting.subarray(count * WORDS);
    }
    return written;
  }

  #fetchKeys(): void {
    if (this.#columns === undefined) return;
    const count = this.#io.readColumns(this.#keys, this.#walk, this.#columns);
    const { buffer, byteOffset } = this.#columns.keys.bytes;
    this.#waiting = new Int32Array(buffer, byteOffset, count * WORDS);
  }

  #fillSlots(sockets: Int32Array): void {
    const stride = this.#slotSize / 4;
    const words = this.#slotWords;
    for (let at = 0, from = 0; at + stride <= words.length; at += stride, from += WORDS) {
      words[at] = sockets[from] ?? 0;
      words[at + 1] = sockets[from + 1] ?? 0;
    }
    const result = this.#object.testRun(this.#program);
    if (result !== 0) throw misuse(EIO, `program '${this.#program.name}' returned ${result}`);
  }
}

function requireSlots(slots: BpfMap, slotSize: number): void {
  if (slots.type !== TYPE_ARRAY || !(slots.flags & F_MMAPABLE)) {
    throw misuse(EINVAL, `${quoted(slots)} is not an array with BPF_F_MMAPABLE`);
  }
  if (slots.valueSize !== slotSize || slotSize % 8 !== 0) {
    const sizes = `slots of ${slots.valueSize} bytes, slotSize is ${slotSize}`;
    throw misuse(EINVAL, `${quoted(slots)} has ${sizes}`);
  }
}

/** It does not keep the object open: after close() next() throws. */
export class Snapshot implements SnapshotInterface {
  readonly #context: Context;
  readonly #reader: SocketReader;
  readonly #isClosed: () => boolean;

  constructor(context: Context, reader: SocketReader, isClosed: () => boolean) {
    // The class is reachable through an instance's `constructor`.
    if (!(reader instanceof SocketReader)) throw new TypeError('a Snapshot is made by BpfObject.snapshot()');
    this.#context = context;
    this.#reader = reader;
    this.#isClosed = isClosed;
  }

  next(buffer: Uint8Array): number {
    const reader = this.#reader;
    return guarded(this.#context, 'next', () => {
      const out = toBytes(buffer, 'buffer');
      if (this.#isClosed()) throw misuse(EBADF, 'the BPF object of this snapshot is closed');
      return reader.next(out);
    });
  }
}
