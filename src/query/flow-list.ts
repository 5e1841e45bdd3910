import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FlowQuery } from '../lib/filter/flows.ts';
import type { FlowSource } from './sources.ts';

export const LIST_FORMS = ['application/json', 'application/x-ndjson'] as const;
export type ListForm = (typeof LIST_FORMS)[number];

/** The ids of an answer, oldest activity first, and how many flows matched before the limit. */
export interface Selection {
  ids: string[];
  matched: number;
  cursor: string;
}

/** Flows of a piece, and events of a piece. */
const PIECE = 256;

export function selectFlows(
  source: FlowSource,
  query: Pick<FlowQuery, 'match' | 'last' | 'first'>,
): Selection {
  const { last = Number.POSITIVE_INFINITY, first = Number.POSITIVE_INFINITY } = query;
  const ids: string[] = [];
  let matched = 0;
  for (const flow of source.newestFirst()) {
    if (!query.match(flow)) continue;
    matched += 1;
    if (matched <= last) ids.push(flow.id);
  }
  return { ids: ids.reverse().slice(0, first), matched, cursor: source.cursor };
}

/** The body of the answer in pieces. A flow that has made room for others since it was selected is left out. */
export async function* listPieces(
  source: FlowSource,
  { ids, matched, cursor }: Selection,
  form: ListForm,
): AsyncGenerator<string, void> {
  const json = form === 'application/json';
  let separator = json ? '{"flows":[\n' : '';
  for (let at = 0; at < ids.length; at += PIECE) {
    const records = ids.slice(at, at + PIECE).flatMap((id) => source.record(id) ?? []);
    if (records.length === 0) continue;
    const lines = records.map((record) => JSON.stringify(record));
    yield json ? separator + lines.join(',\n') : `${lines.join('\n')}\n`;
    separator = ',\n';
    await nextTurn();
  }
  if (json)
    yield `${separator === ',\n' ? '\n' : '{"flows":['}],"matched":${matched},"cursor":"${cursor}"}\n`;
}

/** Changes as they come, one a line. */
export async function* followPieces(
  follower: ReturnType<FlowSource['follow']>,
  match: FlowQuery['match'],
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const close = () => follower.close();
  signal.addEventListener('abort', close);
  try {
    while (!signal.aborted) {
      const events = follower.next(PIECE);
      const lines = events.filter((event) => isLoss(event) || match(event as Parameters<typeof match>[0]));
      if (lines.length > 0) yield lines.map((event) => `${JSON.stringify(event)}\n`).join('');
      else if (events.length > 0) await nextTurn();
      else await follower.wait();
    }
  } finally {
    signal.removeEventListener('abort', close);
    follower.close();
  }
}

function isLoss(event: object): boolean {
  return 'type' in event && event.type === 'lost';
}
