import { SysprobeError } from '../lib/errors.ts';
import type { Flow } from '../lib/filter/flow-record.ts';
import { FLOWS, type FlowQuery } from '../lib/filter/flows.ts';
import { parseQuery, type RecordSet, SELECTORS } from '../lib/filter/query.ts';
import { parseCount, parseDuration, parseTime } from '../lib/filter/values.ts';
import { GROUP_NAMES, parseGroup } from '../map/group.ts';
import { DEFAULT_NODE_LIMIT } from '../map/network-map.ts';
import type { MapGroup } from '../map/types.ts';

/** One question to the map. Streams that ask the same share the answer. */
export interface MapQuery {
  /** The same for the same question. */
  key: string;
  group: MapGroup;
  /** Of the group `label`. */
  label: string | undefined;
  /** Ids of nodes that are drawn as what is inside of them. */
  expand: ReadonlySet<string>;
  limit: number;
  /** Whether it is answered as Grafana's node graph panel reads it. */
  nodeGraph: boolean;
  /** How far to look back from `now`, in milliseconds. */
  sinceMs(now: number): number;
  /** Undefined = all flows. */
  match: FlowQuery['match'] | undefined;
}

const MAX_LIMIT = 10_000;
const MAX_EXPANDED = 100;
const OWN_PARAMETERS = ['group', 'expand', 'since', 'limit', 'format'];
/** A map has no newest and oldest. */
const NO_PARAMETERS: ReadonlySet<string> = new Set(SELECTORS.map(({ name }) => name));

/** Throws SP_QUERY_INVALID with the parameter and what it may be. */
export function parseMapQuery(
  params: URLSearchParams,
  { now, windowMs, set = FLOWS }: { now: number; windowMs: number; set?: RecordSet<Flow> },
): MapQuery {
  const own = new Map<string, string>();
  const filters: [string, string][] = [];
  const expand = new Set<string>();
  for (const [name, value] of params) {
    if (own.has(name)) throw invalid(name, `${name} may be given once`, []);
    if (name === 'expand') expand.add(value);
    else if (OWN_PARAMETERS.includes(name)) own.set(name, value);
    else if (NO_PARAMETERS.has(name))
      throw invalid(name, `${name} is not a parameter of the map`, OWN_PARAMETERS);
    else filters.push([name, value]);
  }
  if (expand.size > MAX_EXPANDED)
    throw invalid('expand', `at most ${MAX_EXPANDED} nodes can be expanded at once`, []);
  const { group, label } = readGroup(own.get('group') ?? 'process');
  const limit = parseLimit(own.get('limit') ?? String(DEFAULT_NODE_LIMIT));
  const nodeGraph = readFormat(own.get('format'));
  const sinceMs = parseSince(own.get('since'), { now, windowMs });
  const match = filters.length === 0 ? undefined : parseQuery(set, filters, now).match;
  const key = JSON.stringify([group, label, [...expand], limit, own.get('since'), filters]);
  return { key, group, label, expand, limit, nodeGraph, sinceMs, match };
}

function readGroup(text: string): NonNullable<ReturnType<typeof parseGroup>> {
  const known = parseGroup(text);
  if (known !== undefined) return known;
  throw refused('group', text, GROUP_NAMES);
}

function readFormat(text: string | undefined): boolean {
  if (text === undefined || text === 'grafana') return text !== undefined;
  throw refused('format', text, ['grafana']);
}

function parseLimit(text: string): number {
  const limit = parseCount(text, MAX_LIMIT);
  if (limit !== undefined && limit > 0) return limit;
  throw refused('limit', text, [`a number of nodes from 1 to ${MAX_LIMIT}`]);
}

/** A duration stays a distance from now as a stream goes on; a time stays where it is. */
function parseSince(
  text: string | undefined,
  { now, windowMs }: { now: number; windowMs: number },
): MapQuery['sinceMs'] {
  if (text === undefined) return () => windowMs;
  const allowed = [`a time ago of at most ${windowMs / 1000}s such as 1m, or an RFC 3339 time as recent`];
  const duration = parseDuration(text);
  const from = parseTime(text, now);
  if (from === undefined || from > now) throw refused('since', text, allowed);
  if (now - from > windowMs) {
    const message = `the map looks back ${windowMs / 1000}s (historySeconds), not as far as ${JSON.stringify(text)}`;
    throw invalid('since', message, allowed);
  }
  if (duration !== undefined) return () => duration * 1000;
  return (at) => Math.min(at - from, windowMs);
}

function refused(parameter: string, value: string, allowed: readonly string[]): SysprobeError {
  const message = `${JSON.stringify(value)} is not a value of ${parameter}; allowed: ${allowed.join(', ')}`;
  return invalid(parameter, message, allowed);
}

function invalid(parameter: string, message: string, allowed: readonly string[]): SysprobeError {
  return new SysprobeError('SP_QUERY_INVALID', message, { parameter, allowed });
}
