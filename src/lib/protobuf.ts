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
  const writer = new BackwardWriter();
  write(writer, message, schema);
  return writer.take();
}

interface Field {
  name: string;
  type: FieldType | readonly [Schema];
  tag: number;
}

/** The fields of each schema from the last to the first: looking them up takes longer than writing them. */
const written = new WeakMap<Schema, readonly Field[]>();

function fieldsOf(schema: Schema): readonly Field[] {
  const known = written.get(schema);
  if (known !== undefined) return known;
  const entries = Object.entries(schema as Record<string, Schema[number] & object>);
  const fields = entries
    .map(([number, [name, type]]): Field => ({ name, type, tag: (Number(number) << 3) | wireType(type) }))
    .reverse();
  written.set(schema, fields);
  return fields;
}

function wireType(type: Field['type']): number {
  if (type === 'int' || type === 'bool') return VARINT;
  return type === 'fixed64' || type === 'double' ? FIXED64 : BYTES;
}

function write(writer: BackwardWriter, message: Message, schema: Schema): void {
  for (const { name, type, tag } of fieldsOf(schema)) {
    const value = message[name];
    if (value === undefined) continue;
    if (Array.isArray(type)) {
      const items = value as Message[];
      for (let i = items.length - 1; i >= 0; i--) {
        writer.sized(tag, () => write(writer, items[i] as Message, type[0]));
      }
    } else if (type === 'texts') {
      for (const [key, text] of Object.entries(value).reverse()) {
        writer.sized(tag, () => write(writer, { key, value: text }, ENTRY));
      }
    } else {
      writeOne(writer, value as Value | Value[], { type: type as Exclude<FieldType, 'texts'>, tag });
    }
  }
}

function writeOne(
  writer: BackwardWriter,
  value: Value | Value[],
  { type, tag }: { type: Exclude<FieldType, 'texts'>; tag: number },
): void {
  switch (type) {
    case 'int':
    case 'bool':
      writer.varint(Number(value));
      writer.varint(tag);
      break;
    case 'fixed64':
    case 'double':
      writer[type](value as string | number);
      writer.varint(tag);
      break;
    case 'fixed64s':
    case 'doubles':
      writer.sized(tag, () => {
        for (const each of (value as (string | number)[]).toReversed()) {
          writer[type === 'doubles' ? 'double' : 'fixed64'](each);
        }
      });
      break;
    case 'string':
      writer.sized(tag, () => writer.text(value as string));
      break;
    default:
      writer.sized(tag, () => write(writer, value as Message, type));
  }
}

/**
 * Writes from the end to the beginning: the length of what stands inside is known when its head is written, and
 * nothing is copied.
 */
class BackwardWriter {
  #bytes: Buffer = Buffer.allocUnsafe(1024);
  #at = this.#bytes.length;

  take(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  /** What `content` writes, behind a head with its length. */
  sized(tag: number, content: () => void): void {
    const end = this.#bytes.length - this.#at;
    content();
    this.varint(this.#bytes.length - this.#at - end);
    this.varint(tag);
  }

  text(text: string): void {
    const length = Buffer.byteLength(text);
    this.#room(length);
    this.#bytes.write(text, this.#at);
  }

  fixed64(value: string | number): void {
    this.#room(8);
    this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), this.#at);
  }

  double(value: string | number): void {
    this.#room(8);
    this.#bytes.writeDoubleLE(Number(value), this.#at);
  }

  varint(value: number): void {
    if (value >= 0 && value < 0x80) {
      this.#room(1);
      this.#bytes[this.#at] = value;
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    const groups: number[] = [];
    for (; rest > 0x7fn; rest >>= 7n) groups.push(Number(rest & 0x7fn) | 0x80);
    groups.push(Number(rest));
    this.#room(groups.length);
    this.#bytes.set(groups, this.#at);
  }

  #room(length: number): void {
    if (length > this.#at) {
      const used = this.#bytes.length - this.#at;
      const larger = Buffer.allocUnsafe(2 * (used + length));
      this.#bytes.copy(larger, larger.length - used, this.#at);
      this.#at = larger.length - used;
      this.#bytes = larger;
    }
    this.#at -= length;
  }
}
