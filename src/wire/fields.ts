/**
 * How a field travels in a positional row. `time` is nanoseconds since the Unix epoch in CBOR and an RFC 3339 string
 * in JSON; `uint` is an unsigned integer, never a float; `int` may be negative; every field may be null = absent.
 */
export type FieldKind = 'text' | 'uint' | 'int' | 'time' | 'bool' | 'texts' | 'answers';

/** The name of a field in JSON, with a point between the levels, and its kind; the order is that of a row. */
export type Fields = readonly (readonly [name: string, kind: FieldKind])[];

/** Name, type, data and time to live in seconds of a record in a DNS answer. */
export type AnswerCell = [name: string, type: string, data: string, ttl: number];

export type Cell = string | number | bigint | boolean | null | string[] | AnswerCell[];
export type Row = Cell[];

/** A path may have 4,096 bytes; nothing else is longer. */
export const MAX_TEXT = 4096;
/** Of the items of one cell, and of all their characters: far below what a batch leaves for an event. */
export const MAX_ITEMS = 256;
export const MAX_ITEMS_TEXT = 8192;

/** A whole number as it must stand in a row: the encoder would write a larger one as a float. */
export function uint(value: number): number | bigint {
  return value > 0xffff_ffff ? BigInt(value) : value;
}

/** The same for a number that may be negative. */
export function int(value: number): number | bigint {
  return value > 0xffff_ffff || value < -0x8000_0000 ? BigInt(value) : value;
}
