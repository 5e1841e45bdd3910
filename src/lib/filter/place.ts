/** The place of a record in a list: records are in the order of their end, then of what is next here. */
export interface Place {
  /** Milliseconds since the epoch; infinite for what goes on now. */
  end: number;
  /** Of what goes on now; 0 for the others. */
  begin: number;
  id: string;
}

const PREFIX = 'page:';
const MAX_TEXT = 1024;

/** The place as clients are given it, to give it back. */
export function formatPlace({ end, begin, id }: Place): string {
  const parts = [Number.isFinite(end) ? end : null, begin, id];
  return PREFIX + Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** Undefined when `text` is not a place. */
export function parsePlace(text: string): Place | undefined {
  if (!text.startsWith(PREFIX) || text.length > MAX_TEXT) return undefined;
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text.slice(PREFIX.length), 'base64url').toString());
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || parts.length !== 3) return undefined;
  const [end, begin, id] = parts;
  if ((end !== null && !Number.isFinite(end)) || !Number.isFinite(begin) || typeof id !== 'string')
    return undefined;
  return { end: end ?? Number.POSITIVE_INFINITY, begin, id };
}

/** Below 0 when `a` comes first. */
export function comparePlaces(a: Place, b: Place): number {
  return compareTimes(a.end, b.end) || compareTimes(a.begin, b.begin) || compareIds(a.id, b.id);
}

/** Infinite times are equal. */
export function compareTimes(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/** Ids that count up are in the order in which they were given. */
export function compareIds(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : Number(a > b);
}
