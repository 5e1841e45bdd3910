import { encodeMessage } from '../../wire/cbor.ts';
import type { FlowRecord } from '../../wire/flow.ts';
import type { Hello } from '../../wire/messages.ts';
import { flowToRow } from '../../wire/rows.ts';

export const LIST_FORMS = ['application/json', 'application/x-ndjson', 'application/cbor-seq'] as const;
export type ListForm = (typeof LIST_FORMS)[number];

export interface FlowList {
  flows: readonly FlowRecord[];
  matched: number;
  hello: Hello;
}

/** Flows of a piece: what is held for a client that reads slowly. */
const PIECE_FLOWS = 128;

/** The body of the answer, in pieces. */
export function* encodeList(form: ListForm, { flows, matched, hello }: FlowList): Generator<string | Buffer> {
  const { cursor } = hello;
  switch (form) {
    case 'application/json': {
      let separator = '{"flows":[\n';
      for (const piece of pieces(flows)) {
        yield separator + piece.map((flow) => JSON.stringify(flow)).join(',\n');
        separator = ',\n';
      }
      yield `${flows.length === 0 ? '{"flows":[' : '\n'}],"matched":${matched},"cursor":"${cursor}"}\n`;
      return;
    }
    case 'application/x-ndjson':
      for (const piece of pieces(flows)) yield piece.map((flow) => `${JSON.stringify(flow)}\n`).join('');
      return;
    case 'application/cbor-seq':
      yield encodeMessage(hello);
      for (const piece of pieces(flows)) yield encodeMessage({ type: 'flows', flows: piece.map(flowToRow) });
      yield encodeMessage({ type: 'end', matched, cursor });
      return;
    default:
      form satisfies never;
  }
}

function* pieces(flows: readonly FlowRecord[]): Generator<FlowRecord[]> {
  for (let at = 0; at < flows.length; at += PIECE_FLOWS) yield flows.slice(at, at + PIECE_FLOWS);
}
