/** Numbers from 0 up to, not including, a limit: the same ones for the same seed. */
export type Random = (below: number) => number;

/** Marsaglia's xorshift32. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array;

const HEADER_BYTES = 12;
const MAX_BYTES = 65_535;
/** Values at the edges of what bytes of a message mean: label lengths and types, pointers, counts. */
const telling = [0x00, 0x01, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xc1, 0xfe, 0xff];

const mutations: Mutation[] = [
  function flipBit(bytes, random) {
    const at = random(bytes.length);
    return replaced(bytes, at, [(bytes[at] ?? 0) ^ (1 << random(8))]);
  },
  function setByte(bytes, random) {
    return replaced(bytes, random(bytes.length), [telling[random(telling.length)] ?? 0]);
  },
  function setCount(bytes, random) {
    return replaced(bytes, 4 + 2 * random(4), [random(3) === 0 ? random(256) : 0, random(256)]);
  },
  function point(bytes, random) {
    const target = random(2) === 0 ? random(bytes.length) : random(HEADER_BYTES * 4);
    return replaced(bytes, random(bytes.length), [0xc0 | (target >> 8), target & 0xff]);
  },
  function cut(bytes, random) {
    return bytes.slice(0, random(bytes.length));
  },
  function remove(bytes, random) {
    const at = random(bytes.length);
    return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + random(16)));
  },
  function repeat(bytes, random) {
    const at = random(bytes.length);
    const part = bytes.subarray(at, at + 1 + random(64));
    return joined(bytes.subarray(0, at), ...Array<Uint8Array>(1 + random(4)).fill(part), bytes.subarray(at));
  },
];

/** A message made of `sources` by one to four mutations. */
export function mutated(sources: Uint8Array[], random: Random): Uint8Array {
  const pick = () => sources[random(sources.length)] ?? new Uint8Array(HEADER_BYTES);
  let bytes = pick();
  if (random(8) === 0) {
    const other = pick();
    bytes = joined(bytes.subarray(0, random(bytes.length)), other.subarray(random(other.length)));
  }
  for (let left = 1 + random(4); left > 0 && bytes.length > HEADER_BYTES; left--) {
    bytes = mutations[random(mutations.length)]?.(bytes, random) ?? bytes;
  }
  return bytes.length > MAX_BYTES ? bytes.slice(0, MAX_BYTES) : bytes;
}

function replaced(bytes: Uint8Array, at: number, values: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values.slice(0, bytes.length - at), at);
  return copy;
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
