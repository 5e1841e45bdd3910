import { TimeSlice } from '../time-slice.ts';
import { compareIds, comparePlaces, compareTimes, type Place } from './place.ts';
import type { Query, RecordSet } from './query.ts';

/** Records of one moment, each made when it is asked for. */
export interface Records<T> {
  readonly length: number;
  /** Undefined for one that is not to be shown. */
  at(index: number): T | undefined;
  /** No other record of the same end has it. */
  id(index: number): string;
  /** The same as the set's `end` says of the record, where that is known without making it. */
  end?: ((index: number) => number | undefined) | undefined;
}

export interface Selected {
  /** Oldest activity first, and what goes on now last. */
  indices: readonly number[];
  /** How many there were before the limit. */
  matched: number;
  /** Where the next page begins; undefined when there is none. */
  next: Place | undefined;
}

type Selection<T> = Pick<Query<T>, 'match' | 'filtered' | 'since' | 'until' | 'last' | 'first' | 'page'>;

/** The clock is not read for each record. */
const STEP = 32;

/** Finds the records of the answer, in slices between which others get their turn. */
export async function select<T>(
  records: Records<T>,
  set: RecordSet<T>,
  query: Selection<T>,
): Promise<Selected> {
  const { filtered, since, until } = query;
  const slice = new TimeSlice();
  const ends = new Float64Array(records.length);
  const begins = new Float64Array(records.length);
  const found: number[] = [];
  const knownEnd = filtered || since !== undefined || until !== undefined ? undefined : records.end;
  for (let index = 0; index < ends.length; index++) {
    if (index % STEP === 0 && slice.isOver) await slice.pause();
    let end = knownEnd?.(index);
    if (end === undefined) {
      const record = records.at(index);
      if (record === undefined || !query.match(record)) continue;
      end = set.end(record);
      if (end === undefined) begins[index] = set.begin(record) ?? 0;
    }
    ends[index] = end ?? Number.POSITIVE_INFINITY;
    found.push(index);
  }
  const place = (index: number): Place => ({
    end: ends[index] ?? 0,
    begin: begins[index] ?? 0,
    id: records.id(index),
  });
  found.sort((a, b) => {
    const times = compareTimes(ends[a] ?? 0, ends[b] ?? 0) || compareTimes(begins[a] ?? 0, begins[b] ?? 0);
    return times || compareIds(records.id(a), records.id(b));
  });
  return { ...pageOf(found, place, query), matched: found.length };
}

/** `last` goes back from the page before it, anything else on. */
function pageOf(
  sorted: readonly number[],
  place: (index: number) => Place,
  { last, first = sorted.length, page }: Pick<Selection<never>, 'last' | 'first' | 'page'>,
): Omit<Selected, 'matched'> {
  const [from, to] = range(last === undefined ? { first } : { last }, {
    length: sorted.length,
    before: page && countWhile(sorted, (index) => comparePlaces(place(index), page) < 0),
    until: page && countWhile(sorted, (index) => comparePlaces(place(index), page) <= 0),
  });
  const edge = last === undefined ? sorted[to - 1] : sorted[from];
  const isMore = from < to && (last === undefined ? to < sorted.length : from > 0);
  return {
    indices: sorted.slice(from, to),
    next: isMore && edge !== undefined ? place(edge) : undefined,
  };
}

/** `before` and `until` count the records before the place of the page, and with the one at it. */
function range(
  limit: { last: number } | { first: number },
  {
    length,
    before = length,
    until = 0,
  }: { length: number; before?: number | undefined; until?: number | undefined },
): [number, number] {
  if ('last' in limit) return [Math.max(0, before - limit.last), before];
  return [until, Math.min(length, until + limit.first)];
}

/** How many of the first satisfy the test, when none behind them does. */
function countWhile(sorted: readonly number[], test: (index: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (test(sorted[middle] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}
