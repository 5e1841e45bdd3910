import type { Conntrack } from '../../src/probe/native.ts';

const CT_NEW = (1 << 8) | 0;
const CT_DELETE = (1 << 8) | 2;
const REQUEST = 1;
const CREATE = 0x400;
const NESTED = 0x8000;
const SEEN_REPLY_ASSURED_CONFIRMED = 2 | 4 | 8;
const UDP = 17;
const ERROR_SIZE = 36;
const BATCH = 32;

export interface Numbered {
  client: { ip: string; port: number };
  service: { ip: string; port: number };
  backend: { ip: string; port: number };
}

/** The UDP connection with this number that fill() makes, as by a service. */
export function numbered(number: number): Numbered {
  const client = { ip: bytesOf(number).join('.'), port: 1024 + (number & 0xff) };
  return { client, service: { ip: '10.2.0.1', port: 53 }, backend: { ip: '10.3.0.1', port: 5353 } };
}

/** Enters connections numbered from `first` into the table. Returns how many of them the kernel took. */
export function fill(conntrack: Conntrack, first: number, count: number): number {
  const writer = new Writer(BATCH * 256);
  const answers = new Uint8Array(BATCH * 256);
  let refused = 0;
  for (let done = 0; done < count; done += BATCH) {
    writer.at = 0;
    const end = first + Math.min(done + BATCH, count);
    for (let number = first + done; number < end; number++) writeConnection(writer, number);
    refused += conntrack.exchange(writer.written(), answers) / ERROR_SIZE;
  }
  return count - refused;
}

/** Removes every connection from the table. */
export function flush(conntrack: Conntrack): void {
  const writer = new Writer(64);
  writer.message(CT_DELETE, REQUEST, () => undefined);
  conntrack.exchange(writer.written(), new Uint8Array(1024));
}

function writeConnection(writer: Writer, number: number): void {
  const client = bytesOf(number);
  const port = 1024 + (number & 0xff);
  writer.message(CT_NEW, REQUEST | CREATE, () => {
    writer.attribute(1 | NESTED, () => writeTuple(writer, [client, port], [[10, 2, 0, 1], 53]));
    writer.attribute(2 | NESTED, () => writeTuple(writer, [[10, 3, 0, 1], 5353], [client, port]));
    writer.attribute(3, () => writer.bytes([0, 0, 0, SEEN_REPLY_ASSURED_CONFIRMED]));
    writer.attribute(7, () => writer.bytes([0, 0, 2, 0]));
  });
}

type End = [address: number[], port: number];

function writeTuple(writer: Writer, source: End, dest: End): void {
  writer.attribute(1 | NESTED, () => {
    writer.attribute(1, () => writer.bytes(source[0]));
    writer.attribute(2, () => writer.bytes(dest[0]));
  });
  writer.attribute(2 | NESTED, () => {
    writer.attribute(1, () => writer.bytes([UDP]));
    writer.attribute(2, () => writer.bytes([source[1] >> 8, source[1] & 0xff]));
    writer.attribute(3, () => writer.bytes([dest[1] >> 8, dest[1] & 0xff]));
  });
}

function bytesOf(number: number): number[] {
  return [10, 16 + (number >>> 24), (number >>> 16) & 0xff, (number >>> 8) & 0xff];
}

/** Writes netlink messages and their attributes. */
export class Writer {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(size: number) {
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
  }

  written(): Uint8Array {
    return this.#bytes.subarray(0, this.at);
  }

  /** A message to nfnetlink about IPv4. */
  message(type: number, flags: number, body: () => void): void {
    const start = this.at;
    this.bytes([0, 0, 0, 0, type & 0xff, type >> 8, flags & 0xff, flags >> 8, 0, 0, 0, 0, 0, 0, 0, 0]);
    this.bytes([2, 0, 0, 0]);
    body();
    this.#view.setUint32(start, this.at - start, true);
  }

  attribute(type: number, value: () => void): void {
    const start = this.at;
    this.at += 4;
    value();
    this.#view.setUint16(start, this.at - start, true);
    this.#view.setUint16(start + 2, type, true);
    while (this.at % 4 !== 0) this.bytes([0]);
  }

  bytes(bytes: number[]): void {
    for (const byte of bytes) this.#bytes[this.at++] = byte;
  }
}
