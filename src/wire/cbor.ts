import { Decoder, Encoder } from 'cbor-x';
import { SysprobeError } from '../lib/errors.ts';
import { checkMessage } from './check.ts';
import { EventsEncoder } from './events-encoder.ts';
import type { Row } from './fields.ts';
import { MAX_ITEM_BYTES, type Message } from './messages.ts';
import { scanItem } from './scan.ts';

const OPTIONS = { useRecords: false, variableMapSize: true, tagUint8Array: false, mapsAsObjects: true };
const encoder = new Encoder(OPTIONS);
const decoder = new Decoder(OPTIONS);
const eventsEncoder = new EventsEncoder();

/** Tag 24: what follows is a byte string that holds one encoded item (RFC 8949 section 3.4.5.1). */
const EMBEDDED = [0xd8, 0x18] as const;

/**
 * One item of the sequence. Numbers must be integers below 2^32 or BigInts: see `uint` in rows.ts.
 * Throws RangeError when the message is larger than MAX_ITEM_BYTES.
 */
export function encodeMessage(message: Message): Buffer {
  const events = message.type === 'events' ? eventsEncoder.encode(message) : undefined;
  const body = events ?? encoder.encode(message);
  if (body.length > MAX_ITEM_BYTES)
    throw new RangeError(`message of ${body.length} bytes does not fit an item`);
  const head = byteStringHead(body.length);
  // A copy of the exact size: the encoder's result pins the large buffer that it is a part of.
  const item = Buffer.allocUnsafeSlow(head.length + body.length);
  item.set(head);
  item.set(body, head.length);
  return item;
}

/** Rows that stay in this process: packed, they cost garbage collection nothing. Numbers as in encodeMessage(). */
export function packRows(rows: Row[]): Uint8Array {
  const bytes = eventsEncoder.encodeRows(rows) ?? encoder.encode(rows);
  return new Uint8Array(bytes);
}

export function unpackRows(packed: Uint8Array): Row[] {
  return decoder.decode(packed);
}

function byteStringHead(length: number): number[] {
  if (length < 24) return [...EMBEDDED, 0x40 | length];
  if (length < 0x100) return [...EMBEDDED, 0x58, length];
  if (length < 0x10000) return [...EMBEDDED, 0x59, length >> 8, length & 0xff];
  return [...EMBEDDED, 0x5a, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff];
}

/**
 * Reads a CBOR sequence from chunks cut anywhere. Holds at most one item that is not complete, and refuses one that
 * claims to be larger than MAX_ITEM_BYTES before it buffers it. After an error it reads nothing more.
 */
export class MessageReader {
  #held = Buffer.alloc(0);
  #filled = 0;
  #failure: SysprobeError | undefined;
  #unknown = 0;

  /** Messages of a type that only a later version knows; they are left out. */
  get unknown(): number {
    return this.#unknown;
  }

  /**
   * The messages that this chunk completes; those of a type that this version does not know are counted only.
   * Throws SP_WIRE_INVALID.
   */
  push(chunk: Uint8Array): Message[] {
    if (this.#failure) throw this.#failure;
    try {
      return this.#read(chunk);
    } catch (cause) {
      this.#failure = asWireError(cause);
      this.#held = Buffer.alloc(0);
      throw this.#failure;
    }
  }

  /** To be called at the end of the input. Throws SP_WIRE_INVALID when an item is cut off. */
  end(): void {
    if (this.#failure) throw this.#failure;
    if (this.#filled > 0) throw invalid('the stream ends in the middle of an item');
  }

  /** Whether all that was pushed were whole items. */
  get isBetween(): boolean {
    return this.#filled === 0;
  }

  #read(chunk: Uint8Array): Message[] {
    const messages: Message[] = [];
    for (let rest = chunk; rest.length > 0; ) {
      const whole = this.#filled === 0 ? firstItem(rest) : undefined;
      if (whole) rest = rest.subarray(whole.size);
      else rest = this.#hold(rest);
      const item = whole ?? firstItem(this.#held.subarray(0, this.#filled));
      if (!item) continue;
      const message = decodeBody(item.body);
      if (message) messages.push(message);
      else this.#unknown += 1;
      this.#filled = 0;
    }
    return messages;
  }

  /** Takes bytes of `chunk`, as far as the item that is held goes or is known to go, and returns the others. */
  #hold(chunk: Uint8Array): Uint8Array {
    const head = readHead(this.#held.subarray(0, this.#filled));
    const needed = head ? head.size + head.length : this.#filled + 1;
    if (needed > this.#held.length) {
      this.#held = Buffer.concat([this.#held.subarray(0, this.#filled)], needed);
    }
    const taken = chunk.subarray(0, needed - this.#filled);
    this.#held.set(taken, this.#filled);
    this.#filled += taken.length;
    return chunk.subarray(taken.length);
  }
}

/** Decodes one whole item, as encodeMessage made it. Throws SP_WIRE_INVALID. */
export function decodeItem(item: Uint8Array): Message | undefined {
  const reader = new MessageReader();
  const [message] = reader.push(item);
  reader.end();
  return message;
}

/** Undefined = more bytes are needed. */
function firstItem(bytes: Uint8Array): { size: number; body: Uint8Array } | undefined {
  const head = readHead(bytes);
  const size = head ? head.size + head.length : Number.POSITIVE_INFINITY;
  return head && size <= bytes.length ? { size, body: bytes.subarray(head.size, size) } : undefined;
}

/** `size` of the head and `length` of the body that it announces; undefined = more bytes are needed. */
function readHead(bytes: Uint8Array): { size: number; length: number } | undefined {
  for (let i = 0; i < EMBEDDED.length; i++) {
    if (i === bytes.length) return undefined;
    if (bytes[i] !== EMBEDDED[i]) throw invalid('an item is not an embedded item (tag 24)');
  }
  const first = bytes[EMBEDDED.length];
  if (first === undefined) return undefined;
  if (first < 0x40 || first > 0x5b) throw invalid('an embedded item is not a byte string of definite length');
  const width = first < 0x58 ? 0 : 2 ** (first - 0x58);
  const size = EMBEDDED.length + 1 + width;
  if (bytes.length < size) return undefined;
  let length = first < 0x58 ? first - 0x40 : 0;
  for (let i = EMBEDDED.length + 1; i < size; i++) length = length * 256 + (bytes[i] ?? 0);
  if (length > MAX_ITEM_BYTES) {
    throw invalid(`an item claims ${length} bytes; the most allowed is ${MAX_ITEM_BYTES}`);
  }
  return { size, length };
}

function decodeBody(body: Uint8Array): Message | undefined {
  scanItem(body);
  return checkMessage(decoder.decode(body));
}

function asWireError(cause: unknown): SysprobeError {
  if (cause instanceof SysprobeError) return cause;
  return invalid(`an item cannot be decoded: ${cause instanceof Error ? cause.message : cause}`, cause);
}

function invalid(what: string, cause?: unknown): SysprobeError {
  return new SysprobeError('SP_WIRE_INVALID', what, { cause });
}
