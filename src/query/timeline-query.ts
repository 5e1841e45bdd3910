import type { Flow } from '../lib/filter/flow-record.ts';
import { FLOWS, type FlowQuery } from '../lib/filter/flows.ts';
import { parseQuery, type RecordSet } from '../lib/filter/query.ts';
import { parseCount } from '../lib/filter/values.ts';
import type { TimelineQuery as DrawnQuery } from '../map/timeline.ts';
import { parseWindow } from './map-query.ts';
import { takeApart } from './parameters.ts';
import { refusedValue } from './refusal.ts';

/** One question for when there was something. Those who ask the same share the answer. */
export interface TimelineQuery {
  /** The same for the same question. */
  key: string;
  /** What to draw, asked now. */
  at(now: number): DrawnQuery;
  /** Undefined = all flows. */
  match: FlowQuery['match'] | undefined;
}

const USUAL_BUCKETS = 120;
const MAX_BUCKETS = 1000;
const PARAMETERS = ['since', 'until', 'buckets'];

/** All that can be looked back to, when nothing is said. Throws SP_QUERY_INVALID with the parameter and what it may be. */
export function parseTimelineQuery(
  params: URLSearchParams,
  { now, windowMs, set = FLOWS }: { now: number; windowMs: number; set?: RecordSet<Flow> },
): TimelineQuery {
  const { own, filters } = takeApart(params, { of: 'the timeline', names: PARAMETERS });
  const text = own.get('buckets') ?? String(USUAL_BUCKETS);
  const buckets = parseCount(text, MAX_BUCKETS) ?? 0;
  if (buckets === 0) {
    throw refusedValue('buckets', text, [`a number of buckets from 1 to ${MAX_BUCKETS}`]);
  }
  const times = [own.get('since'), own.get('until')];
  const window = times.every((time) => time === undefined)
    ? () => ({ sinceMs: windowMs })
    : parseWindow(own, { now, windowMs });
  const match = filters.length === 0 ? undefined : parseQuery(set, filters, now).match;
  const at = (then: number): DrawnQuery => {
    const asked = window(then);
    const between = 'between' in asked ? asked.between : { since: then - asked.sinceMs, until: then };
    return { now: then, ...between, buckets };
  };
  return { key: JSON.stringify([...times, buckets, filters]), at, match };
}
