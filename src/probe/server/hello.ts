import { fieldNames } from '../../wire/kinds.ts';
import { EVENT_TYPES, type Hello, WIRE_VERSION } from '../../wire/messages.ts';

/** What a CBOR stream begins with. */
export function hello({ bootId, run, cursor }: { bootId: string; run: string; cursor: string }): Hello {
  return {
    type: 'hello',
    version: WIRE_VERSION,
    bootId,
    run,
    cursor,
    fields: fieldNames(),
    events: [...EVENT_TYPES],
  };
}
