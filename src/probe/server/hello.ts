import { EVENT_TYPES, type Hello, WIRE_VERSION } from '../../wire/messages.ts';
import { FLOW_FIELD_NAMES } from '../../wire/rows.ts';

/** What a CBOR stream begins with. */
export function hello({ bootId, run, cursor }: { bootId: string; run: string; cursor: string }): Hello {
  return {
    type: 'hello',
    version: WIRE_VERSION,
    bootId,
    run,
    cursor,
    fields: { flow: [...FLOW_FIELD_NAMES] },
    events: [...EVENT_TYPES],
  };
}
