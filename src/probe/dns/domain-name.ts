/** Why the bytes are not a name. */
export type NameFault =
  | 'name_truncated'
  | 'name_too_long'
  | 'label_type'
  | 'pointer_target'
  | 'pointer_chain';

const HEADER_BYTES = 12;
/** Length bytes and the root's included: RFC 1035 §3.1. */
const MAX_NAME_BYTES = 255;
/** A name has at most 127 labels; a chain that is longer than that only wastes time. */
const MAX_POINTERS = 127;
const POINTER = 0xc0;

/** In text, a byte takes at most the four characters of `\DDD`. */
const text = Buffer.alloc(MAX_NAME_BYTES * 4);
const DOT = 0x2e;
const BACKSLASH = 0x5c;

const PLAIN = 0;
const QUOTED = 1;
const DECIMAL = 2;
/** How a byte of a label is written: the characters that zone files give a meaning to are quoted. */
const forms = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte <= 0x20 || byte >= 0x7f) return DECIMAL;
  return '"().;@$\\'.includes(String.fromCharCode(byte)) ? QUOTED : PLAIN;
});
const lowerCase = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte,
);

/**
 * Reads the names of one message. Names are written as RFC 1035 §5.1 and RFC 4343 say, without the final dot (the
 * root is `.`), and in lower case: DNS compares them so, and some resolvers mix the case against forged answers.
 */
export class NameReader {
  /** Where the name that was read last ends. */
  next = 0;
  /** Why the last name could not be read. */
  fault: NameFault | undefined;
  readonly #bytes: Uint8Array;
  /** Most names are only a pointer to the one read before. */
  #lastAt = -1;
  #lastPointers = 0;
  #last = '';

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Undefined: there is no name, see `fault`. */
  read(start: number): string | undefined {
    const bytes = this.#bytes;
    let at = start;
    let startsAt = start;
    /** Each pointer leads to before the labels that it ends: so there are no loops. */
    let segment = start;
    let pointers = 0;
    let wireBytes = 1;
    let length = 0;
    this.next = start;
    this.fault = undefined;
    for (;;) {
      const size = bytes[at];
      if (size === undefined) return this.#fail('name_truncated');
      if (size === 0) break;
      if (size >= POINTER) {
        const low = bytes[at + 1];
        if (low === undefined) return this.#fail('name_truncated');
        const target = ((size & 0x3f) << 8) | low;
        if (target >= segment || target < HEADER_BYTES) return this.#fail('pointer_target');
        if (pointers === 0) this.next = at + 2;
        if (wireBytes === 1) {
          if (target === this.#lastAt && pointers + this.#lastPointers < MAX_POINTERS) return this.#last;
          if (pointers === 0) startsAt = target;
        }
        if (++pointers > MAX_POINTERS) return this.#fail('pointer_chain');
        at = target;
        segment = target;
        continue;
      }
      if (size > 0x3f) return this.#fail('label_type');
      const end = at + 1 + size;
      wireBytes += 1 + size;
      if (end > bytes.length) return this.#fail('name_truncated');
      if (wireBytes > MAX_NAME_BYTES) return this.#fail('name_too_long');
      if (length > 0) text[length++] = DOT;
      length = writeLabel(bytes, at + 1, end, length);
      at = end;
    }
    if (pointers === 0) this.next = at + 1;
    this.#last = length === 0 ? '.' : text.toString('latin1', 0, length);
    this.#lastAt = startsAt;
    this.#lastPointers = startsAt === start ? pointers : pointers - 1;
    return this.#last;
  }

  #fail(fault: NameFault): undefined {
    this.fault = fault;
    return undefined;
  }
}

/** Returns the length of the text with the label. */
function writeLabel(bytes: Uint8Array, start: number, end: number, length: number): number {
  let to = length;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    const form = forms[byte];
    if (form === DECIMAL) {
      text[to++] = BACKSLASH;
      text[to++] = 0x30 + Math.trunc(byte / 100);
      text[to++] = 0x30 + (Math.trunc(byte / 10) % 10);
      text[to++] = 0x30 + (byte % 10);
    } else {
      if (form === QUOTED) text[to++] = BACKSLASH;
      text[to++] = lowerCase[byte] ?? 0;
    }
  }
  return to;
}
