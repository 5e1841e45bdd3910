import { clientOf, placeOf } from '../map/connection.ts';
import { addNew, countedNow, type FiguresAt, type Sides } from '../map/sides.ts';
import { slotMsOf } from '../map/slots.ts';
import { snapshotOf } from '../map/snapshot.ts';
import type { Steps } from '../map/steps.ts';
import { type TimelineQuery, TimelineSums } from '../map/timeline.ts';
import type { MapFlow, MapTimeline } from '../map/types.ts';
import type { FlowReport, MapSource, StoredFlow } from './sources.ts';

/** Reports between two points at which others may get their turn. */
const STEP = 32;

/**
 * The steps to the timeline of the flows that match, as of the moment of the first step. A connection of which both sides
 * match is counted as its client tells it.
 */
export function* filteredTimeline(
  source: MapSource,
  query: TimelineQuery,
  match: (flow: StoredFlow) => boolean,
): Steps<MapTimeline> {
  const { windowMs, reportsKeptFrom = 0 } = source;
  const slotMs = slotMsOf(windowMs);
  const sums = new TimelineSums(query, slotMs);
  const reports = source.reports(sums.window);
  const told = new ToldFlows(sums, slotMs);
  const clients = new Set<number>();
  const servers: number[] = [];
  let at = 0;
  for (const report of reports) {
    if (++at % STEP === 0) yield;
    if (!match(report.flow)) continue;
    const { isClient, hash } = endOf(report.flow);
    if (!isClient) {
      servers.push(at);
      continue;
    }
    clients.add(hash);
    told.add(report, isClient);
  }
  at = 0;
  let passed = 0;
  for (const report of reports) {
    if (passed === servers.length) break;
    if (++at % STEP === 0) yield;
    // Not asked again: the names of a pod may be others by now.
    if (servers[passed] !== at) continue;
    passed += 1;
    const { isClient, hash } = endOf(report.flow);
    if (!clients.has(hash)) told.add(report, isClient);
  }
  return sums.written(Math.max(query.now - windowMs, reportsKeptFrom));
}

/** The same hash for both sides of a connection. */
function endOf(flow: StoredFlow): { isClient: boolean; hash: number } {
  const { side, hash } = placeOf(flow);
  return { isClient: clientOf(flow, side).client === side, hash };
}

/** Adds up what one side of connections tells. */
class ToldFlows {
  readonly #at: FiguresAt;
  readonly #slotMs: number;
  /** Those that have been opened and of which more reports follow. */
  readonly #opened = new Set<string>();

  constructor(sums: TimelineSums, slotMs: number) {
    this.#at = (time) => sums.at(time);
    this.#slotMs = slotMs;
  }

  add(report: FlowReport, isClient: boolean): void {
    const { flow, isLast } = report;
    // It may not be established yet, and then it has not been opened.
    if (!isLast && flow.sent.bytes + flow.received.bytes === 0) return;
    const sides = sidesOf(flow, isClient);
    const earlier = report.before();
    // What it carried before it was first seen, at times that nobody knows, belongs to no window.
    const isFromBefore = earlier === undefined && flow.openedMs === undefined && flow.state !== 'closed';
    const before = isFromBefore ? sides : earlier && sidesOf(earlier, isClient);
    const counted = before && { ...countedNow(before, undefined), opened: this.#opened.has(flow.id) };
    addNew(this.#at, sides, { counted, slotMs: this.#slotMs });
    if (!isLast) this.#opened.add(flow.id);
  }
}

function sidesOf(flow: MapFlow, isClient: boolean): Sides {
  const snapshot = snapshotOf(flow);
  return { client: isClient ? snapshot : undefined, server: isClient ? undefined : snapshot };
}
