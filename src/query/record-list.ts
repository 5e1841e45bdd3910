import { setImmediate as nextTurn } from 'node:timers/promises';
import { listEnd } from '../lib/filter/list-end.ts';
import type { Query } from '../lib/filter/query.ts';
import { select } from '../lib/filter/select.ts';
import type { RecordFollower, RecordSource } from './sources.ts';

export const LIST_FORMS = ['application/json', 'application/x-ndjson'] as const;
export type ListForm = (typeof LIST_FORMS)[number];

/** Records of a piece, and events of a piece. */
const PIECE = 256;

/** The body of a list in pieces. A record that has made room for others since it was selected is left out. */
export async function* listPieces<T>(
  source: RecordSource<T>,
  query: Query<T>,
  form: ListForm,
): AsyncGenerator<string, void> {
  const { cursor, key } = source;
  const snapshot = source.snapshot(query);
  const { indices, matched, next } = await select(snapshot, source.set, query);
  const json = form === 'application/json';
  const begin = `{"${key}":[`;
  let separator = json ? `${begin}\n` : '';
  for (let at = 0; at < indices.length; at += PIECE) {
    const records = indices.slice(at, at + PIECE).flatMap((index) => snapshot.record(index) ?? []);
    if (records.length === 0) continue;
    const lines = records.map((record) => JSON.stringify(record));
    yield json ? separator + lines.join(',\n') : `${lines.join('\n')}\n`;
    separator = ',\n';
    await nextTurn();
  }
  if (json) yield `${separator === ',\n' ? '\n' : begin}],${listEnd({ matched, cursor, next })}`;
}

/** Changes as they come, one a line. */
export async function* followPieces<T>(
  follower: RecordFollower,
  match: Query<T>['match'],
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const close = () => follower.close();
  signal.addEventListener('abort', close);
  try {
    while (!signal.aborted) {
      const events = follower.next(PIECE);
      const lines = events.filter((event) => isLoss(event) || match(event as T));
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
