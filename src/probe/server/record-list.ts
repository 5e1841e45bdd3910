import { listEnd } from '../../lib/filter/list-end.ts';
import type { AnyRecord } from '../../lib/filter/records.ts';
import type { Records, Selected } from '../../lib/filter/select.ts';
import { encodeMessage } from '../../wire/cbor.ts';
import type { Row } from '../../wire/fields.ts';
import { CODECS, PLURALS, RECORD_KINDS, type RecordKind } from '../../wire/kinds.ts';
import type { Hello, RowsMessage } from '../../wire/messages.ts';
import type { ProbeView, RowList } from './probe-view.ts';
import type { Subject } from './subjects.ts';

export const LIST_FORMS = ['application/json', 'application/x-ndjson', 'application/cbor-seq'] as const;
export type ListForm = (typeof LIST_FORMS)[number];

/** Records of a piece: what is held for a client that reads slowly. */
const PIECE_RECORDS = 128;

/** Where the id stands in the rows of each kind. */
const IDS = Object.fromEntries(
  RECORD_KINDS.map((kind) => [kind, CODECS[kind].names.indexOf('id')]),
) as Record<RecordKind, number>;

/** The records of some kinds, one kind behind the other, as they were when this was made. */
export class Listing implements Records<AnyRecord> {
  readonly length: number;
  readonly end: Records<AnyRecord>['end'];
  readonly #parts: { kind: RecordKind; rows: RowList; from: number }[] = [];

  constructor(view: ProbeView, kinds: readonly RecordKind[]) {
    let from = 0;
    for (const kind of kinds) {
      const rows = kind === 'flow' ? view.flows() : Array.from(view[PLURALS[kind]](), CODECS[kind].fit);
      this.#parts.push({ kind, rows, from });
      from += rows.length;
    }
    this.length = from;
    const [only, ...others] = this.#parts;
    this.end = others.length === 0 ? only?.rows.end : undefined;
  }

  at(index: number): AnyRecord | undefined {
    const found = this.row(index);
    return found && ({ kind: found.kind, record: CODECS[found.kind].read(found.row) } as AnyRecord);
  }

  id(index: number): string {
    const { kind, rows, from } = this.#part(index);
    return String(rows.at(index - from)?.[IDS[kind]]);
  }

  row(index: number): { kind: RecordKind; row: Row } | undefined {
    const { kind, rows, from } = this.#part(index);
    const row = rows.at(index - from);
    return row && { kind, row };
  }

  #part(index: number) {
    const part = this.#parts.findLast(({ from }) => from <= index);
    if (part === undefined) throw new RangeError(`there is no record ${index}`);
    return part;
  }
}

export interface RecordList {
  listing: Listing;
  selected: Selected;
  hello: Hello;
  subject: Subject;
}

/** The body of the answer, in pieces. */
export function* encodeList(
  form: ListForm,
  { listing, selected, hello, subject }: RecordList,
): Generator<string | Buffer> {
  const { indices, matched, next } = selected;
  const { cursor } = hello;
  const lines = (piece: readonly number[]) =>
    piece.flatMap((index) => {
      const any = listing.at(index);
      return any === undefined ? [] : [JSON.stringify(shown(any, subject))];
    });
  switch (form) {
    case 'application/json': {
      let separator = `{"${subject.key}":[\n`;
      for (const piece of pieces(indices)) {
        yield separator + lines(piece).join(',\n');
        separator = ',\n';
      }
      const end = indices.length === 0 ? `{"${subject.key}":[` : '\n';
      yield `${end}],${listEnd({ matched, cursor, next })}`;
      return;
    }
    case 'application/x-ndjson':
      for (const piece of pieces(indices)) yield `${lines(piece).join('\n')}\n`;
      return;
    case 'application/cbor-seq':
      yield encodeMessage(hello);
      for (const piece of pieces(indices))
        yield* rowMessages(piece.flatMap((index) => listing.row(index) ?? []));
      yield encodeMessage({ type: 'end', matched, cursor });
      return;
    default:
      form satisfies never;
  }
}

function shown({ kind, record }: AnyRecord, { mixed }: Subject): object {
  return mixed ? { type: kind, ...record } : record;
}

function* rowMessages(piece: { kind: RecordKind; row: Row }[]): Generator<Buffer> {
  for (const kind of RECORD_KINDS) {
    const rows = piece.filter((each) => each.kind === kind).map(({ row }) => row);
    const type = PLURALS[kind];
    if (rows.length > 0) yield encodeMessage({ type, [type]: rows } as unknown as RowsMessage);
  }
}

function* pieces(indices: readonly number[]): Generator<readonly number[]> {
  for (let at = 0; at < indices.length; at += PIECE_RECORDS) yield indices.slice(at, at + PIECE_RECORDS);
}
