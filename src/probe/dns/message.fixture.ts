/** Makes DNS messages byte by byte, as tests want them: also wrong ones. */

export interface MessageParts {
  id?: number;
  flags?: number;
  /** Of questions, answers, authority and additional records, where they are not what the parts say. */
  counts?: [number, number, number, number];
  questions?: number[][];
  answers?: number[][];
  authority?: number[][];
  additional?: number[][];
}

export interface RecordParts {
  type: number;
  data: number[];
  name?: number[];
  class?: number;
  ttl?: number;
  /** Where it is not the data's. */
  length?: number;
}

export const RESPONSE = 0x8180;

export function messageBytes(parts: MessageParts): Uint8Array {
  const { questions = [], answers = [], authority = [], additional = [] } = parts;
  const sections = [questions, answers, authority, additional];
  const counts = parts.counts ?? sections.map(({ length }) => length);
  const header = [parts.id ?? 0x1234, parts.flags ?? 0x0100, ...counts].flatMap(uint16);
  return Uint8Array.from([...header, ...sections.flat(2)]);
}

/** The bytes of a name without a pointer; '' is the root. */
export function nameBytes(name: string): number[] {
  const labels = name === '' ? [] : name.split('.').map((label) => [...Buffer.from(label, 'latin1')]);
  return [...labels.flatMap((label) => [label.length, ...label]), 0];
}

export function pointer(at: number): number[] {
  return uint16(0xc000 | at);
}

export function questionBytes(name: string, type: number): number[] {
  return [...nameBytes(name), ...uint16(type), ...uint16(1)];
}

/** Of the name that the first question has, when none is given. */
export function recordBytes(parts: RecordParts): number[] {
  const { type, data, name = pointer(12), ttl = 300 } = parts;
  const numbers = [
    type,
    parts.class ?? 1,
    Math.floor(ttl / 0x1_0000),
    ttl % 0x1_0000,
    parts.length ?? data.length,
  ];
  return [...name, ...numbers.flatMap(uint16), ...data];
}

export function uint16(value: number): number[] {
  return [(value >> 8) & 0xff, value & 0xff];
}
