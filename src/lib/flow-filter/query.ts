import { SysprobeError } from '../errors.ts';
import { FLOW_FILTERS, type FlowFilter, type FlowTest } from './filters.ts';
import { type Flow, lastActivity } from './flow.ts';
import { parseCount, parseFlag, parseTime } from './values.ts';

/** Which flows, how many of them, and whether to wait for more. */
export interface FlowQuery {
  /** Filters and time window: true when the flow belongs to the answer. */
  match(flow: Flow): boolean;
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
}

/** The parameters beside the filters. The value is empty for a switch. */
export const FLOW_SELECTORS = [
  { name: 'last', value: 'N', doc: 'the N newest', allowed: 'a whole number' },
  { name: 'first', value: 'N', doc: 'the N oldest', allowed: 'a whole number' },
  { name: 'all', value: '', doc: 'no limit', allowed: 'true or false' },
  {
    name: 'since',
    value: 'TIME',
    doc: 'seen at or after TIME',
    allowed: 'a time ago such as 5m or 1h30m, or an RFC 3339 time such as 2026-01-31T12:00:00Z',
  },
  {
    name: 'until',
    value: 'TIME',
    doc: 'opened at or before TIME',
    allowed: 'a time ago such as 5m or 1h30m, or an RFC 3339 time such as 2026-01-31T12:00:00Z',
  },
  { name: 'follow', value: '', doc: 'a stream of the changes that never ends', allowed: 'true or false' },
  { name: 'after', value: 'CURSOR', doc: 'follow from where CURSOR was given', allowed: 'a cursor' },
] as const;

type Selector = (typeof FLOW_SELECTORS)[number]['name'];

const SELECTORS = new Map<string, (typeof FLOW_SELECTORS)[number]>(FLOW_SELECTORS.map((s) => [s.name, s]));
const DANGLING_NOT = 'not must stand before the filter that it negates';

const FILTERS = new Map(FLOW_FILTERS.map((filter) => [filter.name, filter]));

/** Every parameter name that parseFlowQuery takes. */
export const FLOW_PARAMETERS: readonly string[] = [...FILTERS.keys(), 'not', ...SELECTORS.keys()];

/**
 * Reads query parameters in their order: `not` negates the one that follows it. A filter given several times
 * matches any of its values, different filters must all match, and a negated one excludes what it matches.
 * `now` (milliseconds since the epoch) is what relative times count from.
 * Throws SP_QUERY_INVALID with the parameter and what it may be.
 */
export function parseFlowQuery(params: Iterable<readonly [string, string]>, now = Date.now()): FlowQuery {
  const wanted = new Map<string, FlowTest[]>();
  const excluded: FlowTest[] = [];
  const selected = new Map<Selector, string>();
  let negate = false;

  for (const [name, value] of params) {
    const filter = FILTERS.get(name);
    const selector = SELECTORS.get(name);
    if (negate && !filter) throw invalid('not', DANGLING_NOT, []);
    if (filter) {
      const test = compile(filter, value);
      if (negate) excluded.push(test);
      else wanted.set(name, [...(wanted.get(name) ?? []), test]);
      negate = false;
    } else if (name === 'not') {
      negate = flag('not', value);
    } else if (selector === undefined) {
      throw invalid(name, `unknown parameter ${JSON.stringify(name)}`, FLOW_PARAMETERS);
    } else if (selected.has(selector.name)) {
      throw invalid(name, `${name} may be given once`, [selector.allowed]);
    } else {
      selected.set(selector.name, value);
    }
  }
  if (negate) throw invalid('not', DANGLING_NOT, []);
  return { ...select(selected, { wanted: [...wanted.values()], excluded }, now) };
}

function select(
  given: ReadonlyMap<Selector, string>,
  { wanted, excluded }: { wanted: FlowTest[][]; excluded: FlowTest[] },
  now: number,
): FlowQuery {
  const read = <T>(name: Selector, parse: (text: string) => T | undefined): T | undefined => {
    const text = given.get(name);
    if (text === undefined) return undefined;
    return parse(text) ?? refuse(name, text, [SELECTORS.get(name)?.allowed ?? '']);
  };
  const since = read('since', (text) => parseTime(text, now));
  const until = read('until', (text) => parseTime(text, now));
  const query: FlowQuery = {
    last: read('last', parseCount),
    first: read('first', parseCount),
    all: read('all', parseFlag) ?? false,
    since,
    until,
    follow: read('follow', parseFlag) ?? false,
    after: given.get('after'),
    match: (flow) =>
      overlaps(flow, since, until) &&
      wanted.every((tests) => tests.some((test) => test(flow))) &&
      !excluded.some((test) => test(flow)),
  };
  refuseContradictions(query, given);
  return query;
}

function refuseContradictions(query: FlowQuery, given: ReadonlyMap<Selector, string>): void {
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
  } else if (query.after !== undefined) {
    throw invalid('after', 'after is where to follow from; give follow=true with it', []);
  }
  if (query.since !== undefined && query.until !== undefined && query.since > query.until) {
    throw invalid('until', 'until is earlier than since', []);
  }
}

/** A flow lives from when it was opened to its last activity; one older than the probe was always open. */
function overlaps(flow: Flow, since: number | undefined, until: number | undefined): boolean {
  if (since !== undefined) {
    const last = lastActivity(flow);
    if (last !== undefined && last < since) return false;
  }
  return until === undefined || flow.openedAt === undefined || Date.parse(flow.openedAt) <= until;
}

function compile(filter: FlowFilter, value: string): FlowTest {
  if (filter.kubernetes) {
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
