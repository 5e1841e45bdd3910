import { TimeSlice } from '../time-slice.ts';
import type { Query, RecordSet } from './query.ts';

/** Records of one moment, each made when it is asked for. */
export interface Records<T> {
  readonly length: number;
  /** Undefined for one that is not to be shown. */
  at(index: number): T | undefined;
  /** The same as the set's `end` says of the record, where that is known without making it. */
  end?: ((index: number) => number | undefined) | undefined;
}

export interface Selected {
  /** Oldest activity first, and what goes on now last. */
  indices: readonly number[];
  /** How many there were before the limit. */
  matched: number;
}

/** The clock is not read for each record. */
const STEP = 32;

/** Finds the records of the answer, in slices between which others get their turn. */
export async function select<T>(
  records: Records<T>,
  set: RecordSet<T>,
  query: Pick<Query<T>, 'match' | 'filtered' | 'since' | 'until' | 'last' | 'first'>,
): Promise<Selected> {
  const { filtered, since, until, last, first } = query;
  const slice = new TimeSlice();
  const ends = new Float64Array(records.length);
  const found: number[] = [];
  const knownEnd = filtered || since !== undefined || until !== undefined ? undefined : records.end;
  for (let index = 0; index < ends.length; index++) {
    if (index % STEP === 0 && slice.isOver) await slice.pause();
    let end: number | undefined;
    if (knownEnd) {
      end = knownEnd(index);
    } else {
      const record = records.at(index);
      if (record === undefined || !query.match(record)) continue;
      end = set.end(record);
    }
    ends[index] = end ?? Number.POSITIVE_INFINITY;
    found.push(index);
  }
  found.sort((a, b) => compare(ends[a] ?? 0, ends[b] ?? 0));
  const from = last === undefined ? 0 : Math.max(0, found.length - last);
  return { indices: found.slice(from, first), matched: found.length };
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
