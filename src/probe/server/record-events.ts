import type { AnyRecord } from '../../lib/filter/records.ts';
import { encodeMessage } from '../../wire/cbor.ts';
import { formatCursor } from '../../wire/cursor.ts';
import { uint } from '../../wire/fields.ts';
import { CODECS, type RecordKind } from '../../wire/kinds.ts';
import { EVENT_TYPES, type LostMessage } from '../../wire/messages.ts';
import { type Batch, type EventLog, KINDS, type LoggedEvent } from './event-log.ts';

export const FOLLOW_FORMS = ['application/x-ndjson', 'application/cbor-seq'] as const;
export type FollowForm = (typeof FOLLOW_FORMS)[number];

export interface EventSelection {
  log: EventLog;
  form: FollowForm;
  kinds: readonly RecordKind[];
  /** Undefined = no filters: a batch of nothing but these kinds is sent as it was encoded once for all. */
  match: ((record: AnyRecord) => boolean) | undefined;
}

/** What a client is sent for a batch or a loss; empty when nothing of it is for the client. */
export function encodeEvents(item: Batch | LostMessage, selection: EventSelection): string | Buffer {
  const { form } = selection;
  switch (form) {
    case 'application/x-ndjson':
      return item.type === 'lost' ? `${JSON.stringify(item)}\n` : eventLines(item, selection);
    case 'application/cbor-seq':
      return item.type === 'lost' ? encodeLoss(item) : encodeBatch(item, selection);
    default:
      return form satisfies never;
  }
}

function encodeBatch(batch: Batch, { log, kinds, match }: EventSelection): string | Buffer {
  const isWanted = (kind: RecordKind) => kinds.includes(kind);
  if (match === undefined && batch.kinds.every(isWanted)) return batch.item;
  const last = batch.firstSeq + batch.count - 1;
  // Also when nothing is left: a client that comes back need not be told that it lost what it did not want. Of a run
  // of such batches the last says it for all.
  const events = batch.kinds.some(isWanted)
    ? log.eventsOf(batch).filter((event) => isWanted(kindOf(event)) && (!match || match(readEvent(event))))
    : [];
  if (events.length === 0 && last < log.head) return '';
  return encodeMessage({ type: 'events', cursor: cursorAt(log, last), events });
}

/** `{ "type", "cursor", …record }` a line. */
function eventLines(batch: Batch, { log, kinds, match }: EventSelection): string {
  if (!batch.kinds.some((kind) => kinds.includes(kind))) return '';
  let lines = '';
  for (const [i, event] of log.eventsOf(batch).entries()) {
    if (!kinds.includes(kindOf(event))) continue;
    const any = readEvent(event);
    if (match && !match(any)) continue;
    const head = JSON.stringify({ type: EVENT_TYPES[event[0]], cursor: cursorAt(log, batch.firstSeq + i) });
    lines += `${head.slice(0, -1)},${JSON.stringify(any.record).slice(1)}\n`;
  }
  return lines;
}

function kindOf([type]: LoggedEvent): RecordKind {
  return KINDS[type] ?? 'flow';
}

function readEvent(event: LoggedEvent): AnyRecord {
  const kind = kindOf(event);
  return { kind, record: CODECS[kind].read(event[1]) } as AnyRecord;
}

function encodeLoss(message: LostMessage): Buffer {
  if (message.lost === undefined) return encodeMessage(message);
  // A client that was stopped for days may have lost more than 32 bits can count.
  return encodeMessage({ ...message, lost: uint(message.lost) as number });
}

function cursorAt(log: EventLog, seq: number): string {
  return formatCursor({ run: log.run, seq });
}
