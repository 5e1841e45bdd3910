import type { Flow } from '../lib/filter/flow-record.ts';
import { FLOWS, type FlowQuery } from '../lib/filter/flows.ts';
import { parseQuery, type RecordSet } from '../lib/filter/query.ts';
import { parseCount, parseDuration, parseTime } from '../lib/filter/values.ts';
import { DEFAULT_NODE_LIMIT } from '../map/draw.ts';
import { GROUP_NAMES, parseGroup } from '../map/group.ts';
import type { MapGroup } from '../map/types.ts';
import { takeApart } from './parameters.ts';
import { refusedParameter, refusedValue } from './refusal.ts';

/** A window that ends now, or the one between two times; both in milliseconds. */
export type MapWindowQuery = { sinceMs: number } | { between: { since: number; until: number } };

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
  /** Nodes that may be left of the addresses; undefined = all. */
  gather: number | undefined;
  /** Whether it is answered as Grafana's node graph panel reads it. */
  nodeGraph: boolean;
  /** What to draw the map of, asked now. */
  window(now: number): MapWindowQuery;
  /** Undefined = all flows. */
  match: FlowQuery['match'] | undefined;
}

const MAX_NODES = 10_000;
const MAX_EXPANDED = 100;
const OWN_PARAMETERS = ['group', 'expand', 'since', 'until', 'limit', 'gather', 'format'];
/** How far to look back when nothing is said. */
const USUAL_WINDOW_MS = 300_000;

/** Throws SP_QUERY_INVALID with the parameter and what it may be. */
export function parseMapQuery(
  params: URLSearchParams,
  { now, windowMs, set = FLOWS }: { now: number; windowMs: number; set?: RecordSet<Flow> },
): MapQuery {
  const { own, repeated, filters } = takeApart(params, {
    of: 'the map',
    names: OWN_PARAMETERS,
    repeatable: 'expand',
  });
  const expand = new Set(repeated);
  if (expand.size > MAX_EXPANDED)
    throw refusedParameter('expand', `at most ${MAX_EXPANDED} nodes can be expanded at once`);
  const { group, label } = readGroup(own.get('group') ?? 'process');
  const limit = parseNodes('limit', own.get('limit')) ?? DEFAULT_NODE_LIMIT;
  const gather = parseNodes('gather', own.get('gather'));
  const nodeGraph = readFormat(own.get('format'));
  const window = parseWindow(own, { now, windowMs });
  const match = filters.length === 0 ? undefined : parseQuery(set, filters, now).match;
  const times = [own.get('since'), own.get('until')];
  const key = JSON.stringify([group, label, [...expand], limit, gather, ...times, filters]);
  return { key, group, label, expand, limit, gather, nodeGraph, window, match };
}

function readGroup(text: string): NonNullable<ReturnType<typeof parseGroup>> {
  const known = parseGroup(text);
  if (known !== undefined) return known;
  throw refusedValue('group', text, GROUP_NAMES);
}

function readFormat(text: string | undefined): boolean {
  if (text === undefined || text === 'grafana') return text !== undefined;
  throw refusedValue('format', text, ['grafana']);
}

function parseNodes(name: 'limit' | 'gather', text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const nodes = parseCount(text, MAX_NODES);
  if (nodes !== undefined && nodes > 0) return nodes;
  throw refusedValue(name, text, [`a number of nodes from 1 to ${MAX_NODES}`]);
}

interface Now {
  now: number;
  /** How far there is something to look back to. */
  windowMs: number;
}

/** Throws SP_QUERY_INVALID. A duration stays a distance from now as a stream goes on; a time stays where it is. */
export function parseWindow(given: ReadonlyMap<string, string>, { now, windowMs }: Now): MapQuery['window'] {
  const until = parseMoment('until', given.get('until'), { now, windowMs });
  const usual = Math.min(USUAL_WINDOW_MS, windowMs);
  const since = parseMoment('since', given.get('since'), { now, windowMs });
  if (until === undefined)
    return (at) => ({ sinceMs: since === undefined ? usual : Math.min(at - since(at), windowMs) });
  const from = since ?? ((at) => until(at) - usual);
  if (from(now) > until(now)) throw refusedParameter('until', 'until is earlier than since');
  return (at) => ({ between: { since: from(at), until: until(at) } });
}

function parseMoment(
  name: 'since' | 'until',
  text: string | undefined,
  { now, windowMs }: Now,
): ((now: number) => number) | undefined {
  if (text === undefined) return undefined;
  const allowed = [`a time ago of at most ${windowMs / 1000}s such as 1m, or an RFC 3339 time as recent`];
  const duration = parseDuration(text);
  const time = parseTime(text, now);
  if (time === undefined || time > now) throw refusedValue(name, text, allowed);
  if (now - time > windowMs) {
    const message = `the map looks back ${windowMs / 1000}s (historySeconds), not as far as ${JSON.stringify(text)}`;
    throw refusedParameter(name, message, allowed);
  }
  return duration === undefined ? () => time : (at) => at - duration * 1000;
}
