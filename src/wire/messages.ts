import type { Row } from './fields.ts';
import type { RecordKind } from './kinds.ts';

export const WIRE_VERSION = 1;

/** No item of a CBOR sequence is larger; a reader may refuse one that claims to be. */
export const MAX_ITEM_BYTES = 4 * 1024 * 1024;

/** Only ever append: the stream's hello carries these names, so readers go by name. */
export const EVENT_TYPES = [
  'flow.opened',
  'flow.updated',
  'flow.closed',
  'dns',
  'process.started',
  'process.exited',
  'container.started',
  'container.stopped',
  'oom',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/**
 * Messages of a CBOR stream, each a map in an embedded item (tag 24). A stream begins with `hello`.
 * A list is: hello, any number of messages with rows, `end`. A followed stream is: hello, then `events` and `lost`.
 */
export type Message =
  | Hello
  | RowsMessage
  | EventsMessage
  | LostMessage
  | EndMessage
  | SessionMessage
  | MarkMessage;

export interface Hello {
  type: 'hello';
  version: typeof WIRE_VERSION;
  /** The kernel's boot id (UUID text). */
  bootId: string;
  /** One run of the probe; cursors of another run cannot be continued. */
  run: string;
  /** Everything up to here is in the stream's past. */
  cursor: string;
  /** Names of the cells of a row, in their order; empty for a kind that the probe does not know. */
  fields: Record<RecordKind, string[]>;
  events: string[];
}

/** Part of the answer to a list. */
export type RowsMessage =
  | { type: 'flows'; flows: Row[] }
  | { type: 'dns'; dns: Row[] }
  | { type: 'processes'; processes: Row[] }
  | { type: 'containers'; containers: Row[] };

/**
 * A batch of changes in order: `[index into hello.events, row]`; the type tells the kind of the row. Empty when the filters let nothing of it through:
 * the cursor still moves on.
 */
export interface EventsMessage {
  type: 'events';
  /** Give this back as `after` to continue behind this batch. */
  cursor: string;
  events: [number, Row][];
}

/** This reader will not see `lost` events, of whatever kind: it was slower than the replay buffer is long. */
export interface LostMessage {
  type: 'lost';
  cursor: string;
  /** Exact; absent when the cursor is of an earlier run of the probe, whose events cannot be counted. */
  lost?: number;
  reason: 'overflow' | 'restarted';
}

export interface EndMessage {
  type: 'end';
  /** Records that matched the filters. */
  matched: number;
  /** Follow from here to miss nothing that came after the list. */
  cursor: string;
}

/** The first message of a session file. Behind it come the messages of a list and of what followed it. */
export interface SessionMessage {
  type: 'session';
  /** When it was recorded, in nanoseconds since the Unix epoch. */
  at: number | bigint;
  /** What the probe told of itself then: the answer of `GET /v1/status`. */
  status: string;
}

/** In a session file: when what follows came. */
export interface MarkMessage {
  type: 'mark';
  /** Nanoseconds since the Unix epoch. */
  at: number | bigint;
}
