import { parseCount } from '../lib/filter/values.ts';
import type { TimelineQuery } from '../map/timeline.ts';
import { parseWindow } from './map-query.ts';
import { refusedParameter, refusedValue } from './refusal.ts';

const USUAL_BUCKETS = 120;
const MAX_BUCKETS = 1000;
const PARAMETERS = ['since', 'until', 'buckets'];

/** All that can be looked back to, when nothing is said. Throws SP_QUERY_INVALID with the parameter and what it may be. */
export function parseTimelineQuery(
  params: URLSearchParams,
  { now, windowMs }: { now: number; windowMs: number },
): TimelineQuery {
  const given = new Map<string, string>();
  for (const [name, value] of params) {
    if (!PARAMETERS.includes(name))
      throw refusedParameter(name, `unknown parameter ${JSON.stringify(name)}`, PARAMETERS);
    if (given.has(name)) throw refusedParameter(name, `${name} may be given once`);
    given.set(name, value);
  }
  const text = given.get('buckets') ?? String(USUAL_BUCKETS);
  const buckets = parseCount(text, MAX_BUCKETS) ?? 0;
  if (buckets === 0) {
    throw refusedValue('buckets', text, [`a number of buckets from 1 to ${MAX_BUCKETS}`]);
  }
  if (!given.has('since') && !given.has('until')) return { now, since: now - windowMs, until: now, buckets };
  const asked = parseWindow(given, { now, windowMs })(now);
  const window = 'between' in asked ? asked.between : { since: now - asked.sinceMs, until: now };
  return { now, ...window, buckets };
}
