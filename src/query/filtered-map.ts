import { NetworkMap } from '../map/network-map.ts';
import type { MapGraph } from '../map/types.ts';
import type { MapQuery } from './map-query.ts';
import type { MapSource, StoredFlow } from './sources.ts';

/**
 * The map of the connections of which one side matches, from the flows that are still stored. The other side comes
 * along, so that its end has a name.
 */
export function filteredMap(
  source: MapSource,
  { group, label, expand, limit, window }: MapQuery,
  match: (flow: StoredFlow) => boolean,
): MapGraph {
  const now = source.now();
  const asked = window(now);
  const from = 'between' in asked ? asked.between.since : now - asked.sinceMs;
  const map = new NetworkMap({
    windowMs: now - from,
    maxSettling: Number.POSITIVE_INFINITY,
    directory: source.directory,
  });
  const isRecent = (flow: StoredFlow) =>
    flow.state !== 'closed' || (flow.closedMs ?? flow.lastSeenMs ?? 0) >= from;
  for (const flow of source.flows()) {
    if (isRecent(flow) && match(flow)) map.update(flow, now);
  }
  for (const flow of source.flows()) {
    if (isRecent(flow) && !match(flow) && map.expects(flow)) map.update(flow, now);
  }
  return map.graph({ now, group, label, expand, limit, ...asked });
}
