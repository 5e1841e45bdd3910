import type { RecordSet } from '../../lib/filter/query.ts';
import { type AnyRecord, EVENTS, recordSet } from '../../lib/filter/records.ts';
import { PLURALS, RECORD_KINDS, type RecordKind } from '../../wire/kinds.ts';

/** What a path lists and follows. */
export interface Subject {
  path: string;
  kinds: readonly RecordKind[];
  set: RecordSet<AnyRecord>;
  /** What the records are called in a JSON document. */
  key: string;
  /** Whether records must say what they are. */
  mixed: boolean;
}

export const SUBJECTS: readonly Subject[] = [
  ...RECORD_KINDS.map((kind) => ({
    path: `/v1/${PLURALS[kind]}`,
    kinds: [kind],
    set: recordSet(kind),
    key: PLURALS[kind],
    mixed: false,
  })),
  { path: '/v1/events', kinds: RECORD_KINDS, set: EVENTS, key: 'records', mixed: true },
];
