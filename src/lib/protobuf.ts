/**
 * The part of Protocol Buffers that container runtimes and OTLP need: by a schema that names the fields of interest,
 * everything else passed over. Reading is for bytes that a stranger sent: it throws, and never reads past
 * the end or makes more than the bytes hold.
 */

export type FieldType = 'string' | 'int' | 'bool' | 'texts' | FixedType | Schema;
/** `fixed64` is decimal text, as in JSON; those in the plural are packed lists. Written, and passed over by a reader. */
type FixedType = 'fixed64' | 'double' | 'fixed64s' | 'doubles';
/** Field number to name and type; `texts` is map<string, string>; a list in brackets is a repeated message. */
export interface Schema {
  readonly [number: number]: readonly [name: string, type: FieldType | readonly [Schema]];
}

export type Message = { [name: string]: Value | Value[] };
type Value = string | number | boolean | Record<string, string> | Message;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
const MAX_DEPTH = 16;

const ENTRY = { 1: ['key', 'string'], 2: ['value', 'string'] } as const satisfies Schema;

export function decode(bytes: Uint8Array, schema: Schema, depth = 0): Message {
  if (depth > MAX_DEPTH) throw new Error('the message is nested too deeply');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const message: Message = {};
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = view.getUint8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
    throw new Error('a number has no end');
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = schema[tag >>> 3];
    switch (tag & 7) {
      case VARINT: {
        const value = varint();
        if (field?.[1] === 'int') message[field[0]] = value;
        break;
      }
      case BYTES: {
        const length = varint();
        if (length < 0 || length > bytes.length - at) throw new Error('a field ends behind its message');
        if (field !== undefined) read(message, field, bytes.subarray(at, at + length), depth);
        at += length;
        break;
      }
      case FIXED64:
        at += 8;
        break;
      case FIXED32:
        at += 4;
        break;
      default:
        throw new Error(`wire type ${tag & 7} is not known`);
    }
  }
  if (at > bytes.length) throw new Error('a field ends behind its message');
  return message;
}

function read(
  message: Message,
  [name, type]: Schema[number] & object,
  bytes: Uint8Array,
  depth: number,
): void {
  if (type === 'string') message[name] = new TextDecoder().decode(bytes);
  else if (type === 'texts') {
    const { key = '', value = '' } = decode(bytes, ENTRY, depth + 1) as { key?: string; value?: string };
    message[name] ??= Object.create(null) as Record<string, string>;
    (message[name] as Record<string, string>)[key] = value;
  } else if (Array.isArray(type)) {
    message[name] ??= [];
    (message[name] as Message[]).push(decode(bytes, type[0], depth + 1));
  } else if (type !== 'int') message[name] = decode(bytes, type as Schema, depth + 1);
}

export function encode(message: Message, schema: Schema): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [number, [name, type]] of Object.entries(schema) as [string, Schema[number] & object][]) {
    const value = message[name];
    if (value === undefined) continue;
    const bytes = (content: Uint8Array) =>
      parts.push(varintBytes((Number(number) << 3) | BYTES), varintBytes(content.length), content);
    if (type === 'int' || type === 'bool') {
      parts.push(varintBytes(Number(number) << 3), varintBytes(Number(value)));
    } else if (type === 'fixed64' || type === 'double') {
      parts.push(varintBytes((Number(number) << 3) | FIXED64), fixedBytes(type, [value as string | number]));
    } else if (type === 'fixed64s' || type === 'doubles') {
      bytes(fixedBytes(type === 'doubles' ? 'double' : 'fixed64', value as (string | number)[]));
    } else if (type === 'string') bytes(new TextEncoder().encode(value as string));
    else if (type === 'texts') {
      for (const [key, text] of Object.entries(value)) bytes(encode({ key, value: text }, ENTRY));
    } else if (Array.isArray(type)) for (const each of value as Message[]) bytes(encode(each, type[0]));
    else bytes(encode(value as Message, type as Schema));
  }
  return Buffer.concat(parts);
}

function fixedBytes(type: 'fixed64' | 'double', values: readonly (string | number)[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(8 * values.length);
  for (const [i, value] of values.entries()) {
    if (type === 'double') bytes.writeDoubleLE(Number(value), 8 * i);
    else bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), 8 * i);
  }
  return bytes;
}

function varintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
