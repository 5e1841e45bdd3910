import { setImmediate as nextTurn } from 'node:timers/promises';
import { listEnd } from '../lib/filter/list-end.ts';
import type { Query } from '../lib/filter/query.ts';
import { type Selected, select } from '../lib/filter/select.ts';
import type { RecordFollower, RecordSource, Snapshot } from './sources.ts';

export const LIST_FORMS = ['application/json', 'application/x-ndjson'] as const;
export type ListForm = (typeof LIST_FORMS)[number];

/** Records of a piece, and events of a piece. */
const PIECE = 256;

/** Finds the records of a list, before anything of it is sent. */
export async function findList<T>(source: RecordSource<T>, query: Query<T>): Promise<FoundList<T>> {
  const { cursor, key } = source;
  const snapshot = source.snapshot(query);
  return { cursor, key, snapshot, ...(await select(snapshot, source.set, query)) };
}

export interface FoundList<T> extends Selected {
  cursor: string;
  key: string;
  snapshot: Snapshot<T>;
}

/** The body of a list in pieces. A record that has made room for others since it was selected is left out. */
export async function* listPieces<T>(list: FoundList<T>, form: ListForm): AsyncGenerator<string, void> {
  const { cursor, key, snapshot, indices, matched, next } = list;
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
