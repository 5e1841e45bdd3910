import type { FlowRow } from './flow.ts';

export const WIRE_VERSION = 1;

/** No item of a CBOR sequence is larger; a reader may refuse one that claims to be. */
export const MAX_ITEM_BYTES = 4 * 1024 * 1024;

export const EVENT_TYPES = ['flow.opened', 'flow.updated', 'flow.closed'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/**
 * Messages of a CBOR stream, each a map in an embedded item (tag 24). A stream begins with `hello`.
 * A list is: hello, any number of `flows`, `end`. A followed stream is: hello, then `events` and `lost`.
 */
export type Message = Hello | FlowsMessage | EventsMessage | LostMessage | EndMessage;

export interface Hello {
  type: 'hello';
  version: typeof WIRE_VERSION;
  /** The kernel's boot id (UUID text). */
  bootId: string;
  /** One run of the probe; cursors of another run cannot be continued. */
  run: string;
  /** Everything up to here is in the stream's past. */
  cursor: string;
  fields: { flow: string[] };
  events: string[];
}

/** Part of the answer to a list. */
export interface FlowsMessage {
  type: 'flows';
  flows: FlowRow[];
}

/**
 * A batch of changes in order: `[index into hello.events, row]`. Empty when the filters let nothing of it through:
 * the cursor still moves on.
 */
export interface EventsMessage {
  type: 'events';
  /** Give this back as `after` to continue behind this batch. */
  cursor: string;
  events: [number, FlowRow][];
}

/** This reader will not see `lost` events: it was slower than the replay buffer is long. */
export interface LostMessage {
  type: 'lost';
  cursor: string;
  /** Exact; absent when the cursor is of an earlier run of the probe, whose events cannot be counted. */
  lost?: number;
  reason: 'overflow' | 'restarted';
}

export interface EndMessage {
  type: 'end';
  /** Flows that matched the filters. */
  matched: number;
  /** Follow from here to miss nothing that came after the list. */
  cursor: string;
}
