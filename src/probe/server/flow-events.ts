import type { FlowQuery } from '../../lib/flow-filter/query.ts';
import { encodeMessage } from '../../wire/cbor.ts';
import { formatCursor } from '../../wire/cursor.ts';
import { uint } from '../../wire/fields.ts';
import { EVENT_TYPES, type LostMessage } from '../../wire/messages.ts';
import { readFlow } from '../../wire/rows.ts';
import type { Batch, EventLog } from './event-log.ts';

export const FOLLOW_FORMS = ['application/x-ndjson', 'application/cbor-seq'] as const;
export type FollowForm = (typeof FOLLOW_FORMS)[number];

interface Selection {
  log: EventLog;
  form: FollowForm;
  match: FlowQuery['match'];
  /** Whether there are filters: without them a batch is sent as it was encoded once for all. */
  filtered: boolean;
}

/** What a client is sent for a batch or a loss; empty when the filters leave nothing to say. */
export function encodeEvents(
  item: Batch | LostMessage,
  { log, form, match, filtered }: Selection,
): string | Buffer {
  switch (form) {
    case 'application/x-ndjson':
      return item.type === 'lost' ? `${JSON.stringify(item)}\n` : eventLines(item, log, match);
    case 'application/cbor-seq': {
      if (item.type === 'lost') return encodeLoss(item);
      if (!filtered) return item.item;
      const events = log.eventsOf(item).filter(([, row]) => match(readFlow(row)));
      // Also when nothing is left: a client that comes back need not be told that it lost what it did not want.
      return encodeMessage({ type: 'events', cursor: cursorAt(log, item.firstSeq + item.count - 1), events });
    }
    default:
      return form satisfies never;
  }
}

/** `{ "type", "cursor", …FlowRecord }` a line. */
function eventLines(batch: Batch, log: EventLog, match: FlowQuery['match']): string {
  let lines = '';
  for (const [i, [type, row]] of log.eventsOf(batch).entries()) {
    const flow = readFlow(row);
    if (!match(flow)) continue;
    const head = JSON.stringify({ type: EVENT_TYPES[type], cursor: cursorAt(log, batch.firstSeq + i) });
    lines += `${head.slice(0, -1)},${JSON.stringify(flow).slice(1)}\n`;
  }
  return lines;
}

function encodeLoss(message: LostMessage): Buffer {
  if (message.lost === undefined) return encodeMessage(message);
  // A client that was stopped for days may have lost more than 32 bits can count.
  return encodeMessage({ ...message, lost: uint(message.lost) as number });
}

function cursorAt(log: EventLog, seq: number): string {
  return formatCursor({ run: log.run, seq });
}
