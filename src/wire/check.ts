import { SysprobeError } from '../lib/errors.ts';
import { RECORD_KINDS } from './kinds.ts';
import { type Message, WIRE_VERSION } from './messages.ts';

type Shape = Record<string, (value: unknown) => boolean>;

const text = (value: unknown): boolean => typeof value === 'string';
const count = (value: unknown): boolean =>
  (typeof value === 'number' && Number.isInteger(value) && value >= 0) || typeof value === 'bigint';
const texts = (value: unknown): boolean => Array.isArray(value) && value.every(text);
const rows = (value: unknown): boolean => Array.isArray(value) && value.every(Array.isArray);
const event = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && Array.isArray(value[1]);

/** An older probe knows fewer kinds. */
const NO_FIELDS = Object.fromEntries(RECORD_KINDS.map((kind) => [kind, []]));

const SHAPES: Record<Message['type'], Shape> = {
  hello: {
    version: count,
    bootId: text,
    run: text,
    cursor: text,
    fields: (value) => isObject(value) && texts(value.flow) && Object.values(value).every(texts),
    events: texts,
  },
  flows: { flows: rows },
  dns: { dns: rows },
  processes: { processes: rows },
  containers: { containers: rows },
  events: { cursor: text, events: (value) => Array.isArray(value) && value.every(event) },
  lost: { cursor: text, lost: (value) => value === undefined || count(value), reason: text },
  end: { matched: count, cursor: text },
  session: { at: count, status: text },
  mark: { at: count },
};

/**
 * A decoded item as the message that it is; cells of rows are checked where they are read. Undefined for a type that
 * only a later version knows. Throws SP_WIRE_INVALID.
 */
export function checkMessage(value: unknown): Message | undefined {
  if (!isObject(value) || typeof value.type !== 'string') throw invalid('a message has no type');
  const { type } = value;
  if (!isKnown(type)) return undefined;
  if (type === 'hello' && count(value.version) && value.version !== WIRE_VERSION) {
    throw invalid(
      `the other side speaks version ${value.version} of the stream, this program version ${WIRE_VERSION}; ` +
        'install the same version of sysprobe on both sides',
    );
  }
  for (const [key, accepts] of Object.entries(SHAPES[type])) {
    if (!accepts(value[key])) throw invalid(`${key} of a ${type} message is missing or of another type`);
  }
  if (isObject(value.fields)) value.fields = { ...NO_FIELDS, ...value.fields };
  for (const key of ['lost', 'matched']) {
    if (typeof value[key] === 'bigint') value[key] = Number(value[key]);
  }
  return value as unknown as Message;
}

function isKnown(type: string): type is Message['type'] {
  return Object.hasOwn(SHAPES, type);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(message: string): SysprobeError {
  return new SysprobeError('SP_WIRE_INVALID', message);
}
