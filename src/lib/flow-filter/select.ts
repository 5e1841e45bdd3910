import { type Flow, lastActivity } from './flow.ts';
import type { FlowQuery } from './query.ts';

/**
 * The flows of the answer, oldest activity first and active ones last, and how many matched before the limit.
 * Without last or first all of them.
 */
export function selectFlows<F extends Flow>(
  flows: Iterable<F>,
  query: Pick<FlowQuery, 'match' | 'last' | 'first'>,
): { flows: F[]; matched: number } {
  const found: { flow: F; at: number }[] = [];
  for (const flow of flows) {
    if (query.match(flow)) found.push({ flow, at: lastActivity(flow) ?? Number.POSITIVE_INFINITY });
  }
  found.sort((a, b) => (a.at === b.at ? 0 : a.at - b.at));
  const from = query.last === undefined ? 0 : Math.max(0, found.length - query.last);
  return { flows: found.slice(from, query.first).map(({ flow }) => flow), matched: found.length };
}
