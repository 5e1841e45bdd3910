import { SysprobeError } from '../errors.ts';
import type { Filter, Test } from './filter.ts';
import { type Place, parsePlace } from './place.ts';
import { parseCount, parseFlag, parseTime } from './values.ts';

/** Records of one kind, as queries see them. Times are milliseconds since the epoch. */
export interface RecordSet<T> {
  filters: readonly Filter<T>[];
  /** The records carry names of Kubernetes. */
  kubernetes?: boolean;
  /** When it began; undefined = not known, and counts as always. */
  begin(record: T): number | undefined;
  /** When it was last known to do something; undefined = it goes on now. */
  end(record: T): number | undefined;
}

/** Which records, how many of them, and whether to wait for more. */
export interface Query<T> {
  /** Filters and time window: true when the record belongs to the answer. */
  match(record: T): boolean;
  /** Whether there is any filter. */
  filtered: boolean;
  /** Only so many of the newest; undefined when not asked. At most one of last, first and all is given. */
  last: number | undefined;
  first: number | undefined;
  all: boolean;
  /** Milliseconds since the epoch; `match` looks at them already. */
  since: number | undefined;
  until: number | undefined;
  follow: boolean;
  /** The cursor to follow from, as the client gave it. */
  after: string | undefined;
  /** Of a list: the place behind which it goes on. */
  page: Place | undefined;
}

/** The parameters beside the filters. The value is empty for a switch. */
export const SELECTORS = [
  { name: 'last', value: 'N', doc: 'the N newest', allowed: 'a whole number' },
  { name: 'first', value: 'N', doc: 'the N oldest', allowed: 'a whole number' },
  { name: 'all', value: '', doc: 'no limit', allowed: 'true or false' },
  {
    name: 'since',
    value: 'TIME',
    doc: 'there at or after TIME',
    allowed: 'a time ago such as 5m or 1h30m, or an RFC 3339 time such as 2026-01-31T12:00:00Z',
  },
  {
    name: 'until',
    value: 'TIME',
    doc: 'begun at or before TIME',
    allowed: 'a time ago such as 5m or 1h30m, or an RFC 3339 time such as 2026-01-31T12:00:00Z',
  },
  { name: 'follow', value: '', doc: 'a stream of the changes that never ends', allowed: 'true or false' },
  {
    name: 'after',
    value: 'CURSOR',
    doc: 'follow from where CURSOR was given; of a list, the page behind it',
    allowed: 'the cursor of an earlier answer, or of a list its next',
  },
] as const;

type Selector = (typeof SELECTORS)[number]['name'];

const SELECTORS_BY_NAME = new Map<string, (typeof SELECTORS)[number]>(SELECTORS.map((s) => [s.name, s]));
const DANGLING_NOT = 'not must stand before the filter that it negates';

/** Every parameter name that parseQuery takes. */
export function parametersOf({ filters }: RecordSet<never>): readonly string[] {
  return [...filters.map(({ name }) => name), 'not', ...SELECTORS_BY_NAME.keys()];
}

/**
 * Reads query parameters in their order: `not` negates the one that follows it. A filter given several times
 * matches any of its values, different filters must all match, and a negated one excludes what it matches.
 * `now` (milliseconds since the epoch) is what relative times count from.
 * Throws SP_QUERY_INVALID with the parameter and what it may be.
 */
export function parseQuery<T>(
  set: RecordSet<T>,
  params: Iterable<readonly [string, string]>,
  now = Date.now(),
): Query<T> {
  const filters = new Map(set.filters.map((filter) => [filter.name, filter]));
  const wanted = new Map<string, Test<T>[]>();
  const excluded: Test<T>[] = [];
  const selected = new Map<Selector, string>();
  let negate = false;

  for (const [name, value] of params) {
    const filter = filters.get(name);
    const selector = SELECTORS_BY_NAME.get(name);
    if (negate && !filter) throw invalid('not', DANGLING_NOT, []);
    if (filter) {
      const test = compile(filter, value, set.kubernetes === true);
      if (negate) excluded.push(test);
      else wanted.set(name, [...(wanted.get(name) ?? []), test]);
      negate = false;
    } else if (name === 'not') {
      negate = flag('not', value);
    } else if (selector === undefined) {
      throw invalid(name, `unknown parameter ${JSON.stringify(name)}`, parametersOf(set));
    } else if (selected.has(selector.name)) {
      throw invalid(name, `${name} may be given once`, [selector.allowed]);
    } else {
      selected.set(selector.name, value);
    }
  }
  if (negate) throw invalid('not', DANGLING_NOT, []);
  const { since, until, ...selection } = select(selected, now);
  const tests = [...wanted.values()];
  return {
    ...selection,
    since,
    until,
    filtered: tests.length > 0 || excluded.length > 0,
    match: (record) =>
      overlaps(set, record, { since, until }) &&
      tests.every((values) => values.some((test) => test(record))) &&
      !excluded.some((test) => test(record)),
  };
}

type Selection = Omit<Query<unknown>, 'match' | 'filtered'>;

function select(given: ReadonlyMap<Selector, string>, now: number): Selection {
  const read = <T>(name: Selector, parse: (text: string) => T | undefined): T | undefined => {
    const text = given.get(name);
    if (text === undefined) return undefined;
    return parse(text) ?? refuse(name, text, [SELECTORS_BY_NAME.get(name)?.allowed ?? '']);
  };
  const since = read('since', (text) => parseTime(text, now));
  const until = read('until', (text) => parseTime(text, now));
  const isFollowed = read('follow', parseFlag) ?? false;
  const query: Selection = {
    last: read('last', parseCount),
    first: read('first', parseCount),
    all: read('all', parseFlag) ?? false,
    since,
    until,
    follow: isFollowed,
    after: given.get('after'),
    page: isFollowed ? undefined : read('after', parsePage),
  };
  refuseContradictions(query, given);
  return query;
}

function parsePage(text: string): Place | undefined {
  const place = parsePlace(text);
  if (place !== undefined) return place;
  throw invalid(
    'after',
    `${JSON.stringify(text)} is not the next of a list; to follow from a cursor, give follow=true`,
    ['the next of a list'],
  );
}

function refuseContradictions(query: Selection, given: ReadonlyMap<Selector, string>): void {
  const limits = (['last', 'first', 'all'] as const).filter((name) => given.has(name));
  const [one, other] = limits;
  if (one !== undefined && other !== undefined) {
    throw invalid(other, `${one} and ${other} cannot be given together`, []);
  }
  if (query.follow) {
    const listed = (['last', 'first', 'all', 'since', 'until'] as const).find((name) => given.has(name));
    if (listed !== undefined) {
      throw invalid(listed, `${listed} selects from a list; a followed stream begins at after, or now`, []);
    }
  }
  if (query.since !== undefined && query.until !== undefined && query.since > query.until) {
    throw invalid('until', 'until is earlier than since', []);
  }
}

function overlaps<T>(
  { begin, end }: RecordSet<T>,
  record: T,
  { since, until }: { since: number | undefined; until: number | undefined },
): boolean {
  if (since !== undefined) {
    const last = end(record);
    if (last !== undefined && last < since) return false;
  }
  if (until === undefined) return true;
  const first = begin(record);
  return first === undefined || first <= until;
}

function compile<T>(filter: Filter<T>, value: string, hasKubernetes: boolean): Test<T> {
  if (filter.kubernetes && !hasKubernetes) {
    throw invalid(
      filter.name,
      `${filter.name} needs Kubernetes metadata, which this server does not have`,
      [],
    );
  }
  const text = value === '' ? (filter.implied ?? '') : value;
  return filter.compile(text) ?? refuse(filter.name, value, filter.allowed);
}

function flag(name: string, text: string): boolean {
  return parseFlag(text) ?? refuse(name, text, ['true', 'false']);
}

function refuse(parameter: string, value: string, allowed: readonly string[]): never {
  const message = `${JSON.stringify(value)} is not a value of ${parameter}; allowed: ${allowed.join(', ')}`;
  throw invalid(parameter, message, allowed);
}

function invalid(parameter: string, message: string, allowed: readonly string[]): SysprobeError {
  return new SysprobeError('SP_QUERY_INVALID', message, { parameter, allowed });
}
