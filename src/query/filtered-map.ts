import { NetworkMap } from '../map/network-map.ts';
import type { MapGraph } from '../map/types.ts';
import type { MapQuery } from './map-query.ts';
import type { FlowReport, MapSource, StoredFlow } from './sources.ts';

/**
 * The map of the connections of which one side matches, from the reports of flows that are kept. The other side comes
 * along, so that its end has a name.
 */
export function filteredMap(
  source: MapSource,
  { group, label, expand, limit, gather, window }: MapQuery,
  match: (flow: StoredFlow) => boolean,
): MapGraph {
  const now = source.now();
  const asked = window(now);
  const live = { since: now - ('sinceMs' in asked ? asked.sinceMs : 0), until: Number.POSITIVE_INFINITY };
  const reported = 'between' in asked ? asked.between : live;
  const map = new NetworkMap({
    windowMs: source.windowMs,
    maxSettling: Number.POSITIVE_INFINITY,
    directory: source.directory,
    network: source.network,
  });
  const update = ({ flow, before }: FlowReport) => {
    if (before !== undefined) map.update(before, now);
    map.update(flow, now);
  };
  const begun = new Set<string>();
  const later: FlowReport[] = [];
  const add = (report: FlowReport) => {
    const { flow, before } = report;
    if (flow.state === 'closed' && before === undefined) return update(report);
    // Who is at both ends has to be known before a report of a later time slot comes.
    if (!begun.has(flow.id)) map.update(before ?? flow, now);
    begun.add(flow.id);
    later.push(report);
  };
  for (const report of source.reports(reported)) if (match(report.flow)) add(report);
  for (const report of source.reports(reported)) {
    if (!match(report.flow) && map.expects(report.flow)) add(report);
  }
  for (const report of later) update(report);
  return map.graph({ now, group, label, expand, limit, gather, ...asked });
}
