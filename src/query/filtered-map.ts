import { NetworkMap } from '../map/network-map.ts';
import type { Steps } from '../map/steps.ts';
import type { MapFlow, MapGraph } from '../map/types.ts';
import type { MapQuery } from './map-query.ts';
import { MatchingLookups } from './matching-lookups.ts';
import type { FlowReport, MapSource, StoredFlow } from './sources.ts';

/** Reports between two points at which others may get their turn. */
const STEP = 32;
const SHORT_MS = 10_000;
/** Connections that wait for their other side: about 70 MiB, which an agent with usual limits has. */
const MAX_WAITING = 131_072;

/**
 * The steps to the map of the connections of which one side matches, from the reports of flows that are kept. The other
 * side comes along, so that its end has a name. The map is that of the moment of the first step, whatever comes later.
 */
export function* filteredMap(
  source: MapSource,
  { group, label, expand, limit, gather, window }: MapQuery,
  match: (flow: StoredFlow) => boolean,
): Steps<MapGraph> {
  const now = source.now();
  const asked = window(now);
  const live = { since: now - ('sinceMs' in asked ? asked.sinceMs : 0), until: Number.POSITIVE_INFINITY };
  const map = yield* mapOfMatching(source, { now, window: 'between' in asked ? asked.between : live, match });
  return yield* map.drawing({ now, group, label, expand, limit, gather, ...asked });
}

interface Wanted {
  now: number;
  window: { since: number; until: number };
  match(flow: StoredFlow): boolean;
}

function* mapOfMatching(source: MapSource, { now, window, match }: Wanted): Steps<NetworkMap> {
  const map = new NetworkMap({
    windowMs: source.windowMs,
    maxSettling: MAX_WAITING,
    directory: source.directory,
    network: source.network,
  });
  const reports = source.reports(window);
  const kept = source.lookups(window.since) ?? [];
  const lookups = new MatchingLookups();
  let read = 0;
  for (const query of kept) {
    if (++read % STEP === 0) yield;
    lookups.add(query);
  }
  const begun = new Set<string>();
  const later: Told[] = [];
  const add = (report: FlowReport) => {
    const { flow } = report;
    lookups.meet(flow);
    const told = { flow, before: report.before() };
    const isBegun = begun.has(flow.id);
    if (!isBegun && isShort(told)) return map.update(flow, now);
    // Who is at both ends has to be known before a report of a later time slot comes.
    if (!isBegun) map.update(told.before ?? flow, now);
    begun.add(flow.id);
    later.push(told);
  };
  const matched: number[] = [];
  const ports = new Ports();
  let place = 0;
  for (const report of reports) {
    if (++place % STEP === 0) yield;
    if (!match(report.flow)) continue;
    matched.push(place);
    ports.add(report.flow);
    add(report);
  }
  place = 0;
  let passed = 0;
  for (const report of reports) {
    if (++place % STEP === 0) yield;
    // Not asked again: the names of a pod may be others by now.
    if (matched[passed] === place) passed += 1;
    else if (ports.hasBoth(report.flow) && map.expects(report.flow)) add(report);
  }
  // Both sides of a connection in one order.
  const inOrder = later.map((told) => ({ told, at: toldAt(told) })).sort((a, b) => a.at - b.at);
  for (const [i, { told }] of inOrder.entries()) {
    const { flow, before } = told;
    if (i % STEP === 0) yield;
    if (before !== undefined) map.update(before, now);
    map.update(flow, now);
  }
  for (const query of lookups.found) map.dns(query);
  return map;
}

interface Told {
  flow: StoredFlow;
  before: MapFlow | undefined;
}

function toldAt({ flow: { closedMs, lastSeenMs, openedMs } }: Told): number {
  return closedMs ?? lastSeenMs ?? openedMs ?? 0;
}

/** Whether it was opened and closed within so short a time that there is nothing else to be told of it. */
function isShort({ flow, before }: Told): boolean {
  const { state, openedMs = 0, closedMs = Number.POSITIVE_INFINITY } = flow;
  return state === 'closed' && before === undefined && closedMs - openedMs < SHORT_MS;
}

type Ends = Pick<StoredFlow, 'source' | 'dest' | 'translated'>;

/** The ports of some flows, as both sides may know them: with others a flow is not the other side of one of them. */
class Ports {
  readonly #known = new Uint8Array(65_536);

  add({ source, dest, translated }: Ends): void {
    for (const end of [source, dest, translated?.source, translated?.dest]) {
      if (end !== undefined) this.#known[end.port] = 1;
    }
  }

  hasBoth(flow: Ends): boolean {
    return this.#has(flow, 'source') && this.#has(flow, 'dest');
  }

  #has(flow: Ends, side: 'source' | 'dest'): boolean {
    return this.#known[flow[side].port] === 1 || this.#known[flow.translated?.[side]?.port ?? -1] === 1;
  }
}
