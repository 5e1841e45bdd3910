import { AddressFamily } from '../events.gen.ts';
import { formatAddress } from '../flows/address.ts';
import { CLASS_IN, RecordType } from './codes.ts';
import type { NameReader } from './domain-name.ts';
import { quotedString } from './quoted-string.ts';
import { serviceParameters } from './service-parameters.ts';

/** As much of a long record as says what it is; `…` stands for the rest. */
const MAX_TEXT = 1024;
const MAX_HEX_BYTES = 64;
/** In multicast DNS, the first bit of the class says that the record replaces others. */
const CLASS_BITS = 0x7fff;

export interface RecordData {
  type: number;
  class: number;
  /** Offset of the data in the message, and of the byte after it. */
  at: number;
  end: number;
}

/**
 * Turns the data of the records of one message into text as zone files have it. A type without a form of its own is
 * written as in RFC 3597: `\# LENGTH HEX`.
 */
export class RecordDataReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #names: NameReader;

  constructor(bytes: Uint8Array, names: NameReader) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#names = names;
  }

  /** Undefined: the data is not what its type says. */
  read(data: RecordData): string | undefined {
    const text = this.#read(data);
    return text !== undefined && text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  }

  #read({ type, class: recordClass, at, end }: RecordData): string | undefined {
    const isInternet = (recordClass & CLASS_BITS) === CLASS_IN;
    // A dynamic update has records that only name a type: RFC 2136 §2.4.
    if (at === end && !isInternet) return '';
    switch (type) {
      case RecordType.NS:
      case RecordType.CNAME:
      case RecordType.PTR:
      case RecordType.DNAME:
        return this.#name(at, end);
      case RecordType.MX:
        return this.#numbersAndName(1, at, end);
      case RecordType.TXT:
        return this.#strings(at, end);
      case RecordType.SOA:
        return this.#startOfAuthority(at, end);
    }
    if (!isInternet) return this.#hex(at, end);
    switch (type) {
      case RecordType.A:
        return end - at === 4 ? formatAddress(this.#view, at, AddressFamily.IPV4) : undefined;
      case RecordType.AAAA:
        return end - at === 16 ? formatAddress(this.#view, at, AddressFamily.IPV6) : undefined;
      case RecordType.SRV:
        return this.#numbersAndName(3, at, end);
      case RecordType.SVCB:
      case RecordType.HTTPS:
        return this.#service(at, end);
      default:
        return this.#hex(at, end);
    }
  }

  #name(at: number, end: number): string | undefined {
    const name = this.#names.read(at);
    return this.#names.next === end ? name : undefined;
  }

  #numbersAndName(count: number, at: number, end: number): string | undefined {
    const name = this.#name(at + 2 * count, end);
    if (name === undefined) return undefined;
    let text = '';
    for (let number = 0; number < count; number++) text += `${this.#view.getUint16(at + 2 * number)} `;
    return text + name;
  }

  #startOfAuthority(at: number, end: number): string | undefined {
    const server = this.#names.read(at);
    if (server === undefined) return undefined;
    const mailbox = this.#names.read(this.#names.next);
    const numbers = this.#names.next;
    if (mailbox === undefined || numbers + 20 !== end) return undefined;
    let text = `${server} ${mailbox}`;
    for (let offset = numbers; offset < end; offset += 4) text += ` ${this.#view.getUint32(offset)}`;
    return text;
  }

  #strings(start: number, end: number): string | undefined {
    const strings: string[] = [];
    let length = 0;
    for (let at = start; at < end && length <= MAX_TEXT; ) {
      const next = at + 1 + this.#view.getUint8(at);
      if (next > end) return undefined;
      const text = quotedString(this.#bytes.subarray(at + 1, next));
      strings.push(text);
      length += text.length + 1;
      at = next;
    }
    return strings.length > 0 ? strings.join(' ') : undefined;
  }

  #service(at: number, end: number): string | undefined {
    if (end - at < 3) return undefined;
    const target = this.#names.read(at + 2);
    const start = this.#names.next;
    if (target === undefined || start > end) return undefined;
    const parameters = serviceParameters(this.#view, { at: start, end, maxText: MAX_TEXT });
    return parameters && [this.#view.getUint16(at), target, ...parameters].join(' ');
  }

  #hex(at: number, end: number): string {
    const length = end - at;
    if (length === 0) return '\\# 0';
    const shown = this.#bytes.subarray(at, Math.min(end, at + MAX_HEX_BYTES));
    const hex = Buffer.from(shown.buffer, shown.byteOffset, shown.length).toString('hex').toUpperCase();
    return `\\# ${length} ${hex}${length > MAX_HEX_BYTES ? '…' : ''}`;
  }
}
