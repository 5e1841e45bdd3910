import { SysprobeError } from '../lib/errors.ts';

/** Deeper than any message is: events are [[index, [[answer]]]] in a map, an answer an array too. */
const MAX_DEPTH = 8;

const UINT = 0;
const NINT = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const SIMPLE = 7;

/**
 * Walks the heads of one encoded item, and throws SP_WIRE_INVALID unless it is well-formed and made of nothing but
 * maps, arrays, text, bytes, numbers, booleans and null, all of definite length. A general decoder accepts more: tags
 * that build regular expressions, big integers whose decoding takes hours, nesting that overflows the stack.
 */
export function scanItem(bytes: Uint8Array): void {
  const end = scan(bytes, 0, 0);
  if (end !== bytes.length) throw invalid(`${bytes.length - end} bytes follow the message`);
}

/** Returns the offset behind the item at `start`. */
function scan(bytes: Uint8Array, start: number, depth: number): number {
  if (start >= bytes.length) throw invalid('a message is cut off');
  const first = bytes[start] ?? 0;
  const major = first >> 5;
  const info = first & 0x1f;
  let at = start + 1;
  let argument = info;
  if (info >= 24) {
    if (info > 27) throw invalid('a length is indefinite or reserved');
    const end = at + (1 << (info - 24));
    if (end > bytes.length) throw invalid('a message is cut off');
    for (argument = 0; at < end; at++) argument = argument * 256 + (bytes[at] ?? 0);
  }
  if (major === UINT || major === NINT) return at;
  if (major === BYTES || major === TEXT) {
    if (argument > bytes.length - at) throw invalid('a message is cut off');
    return at + argument;
  }
  if (major === SIMPLE) {
    if (info < 20 || info === 23 || info === 24) throw invalid('a simple value is not false, true or null');
    return at;
  }
  if (major !== ARRAY && major !== MAP) throw invalid('a tag is inside a message');
  if (depth === MAX_DEPTH) throw invalid(`a message is nested deeper than ${MAX_DEPTH}`);
  const items = major === MAP ? argument * 2 : argument;
  if (items > bytes.length - at) throw invalid('a message is cut off');
  for (let i = 0; i < items; i++) at = scan(bytes, at, depth + 1);
  return at;
}

function invalid(message: string): SysprobeError {
  return new SysprobeError('SP_WIRE_INVALID', message);
}
