import type { NetworkMap } from '../../map/network-map.ts';
import type { MapFlow } from '../../map/types.ts';
import type { FlowReport, Snapshot, StoredFlow } from '../../query/sources.ts';
import type { FlowRow } from '../../wire/flow.ts';
import { FLOW_FIELD_NAMES } from '../../wire/rows.ts';
import type { FlowChange, FlowStore } from '../store/flow-store.ts';
import type { FlowView, ViewSources } from '../store/flow-view.ts';
import { earlier } from './earlier.ts';
import type { FlowBlock } from './flow-block.ts';
import { FlowHistory } from './flow-history.ts';

export interface PastFlowsOptions {
  store: FlowStore;
  map: NetworkMap;
  windowMs: number;
  maxBytes: number;
  names: ViewSources['names'];
  /** What is over and does not change any more. */
  onBlock: ((block: FlowBlock) => void) | undefined;
}

const SLOT_MS = 10_000;
/** Flows of an earlier run that the probe may list again: it keeps fewer that closed. */
const MAX_RESTORED = 262_144;
/** For so long a flow that closed has a rate. */
const RATED_MS = 6000;
const ID = FLOW_FIELD_NAMES.indexOf('id');
const CLOSED_AT = FLOW_FIELD_NAMES.indexOf('closedAt');
const LAST_SEEN_AT = FLOW_FIELD_NAMES.indexOf('lastSeenAt');

/** What flows were earlier: those that have left the table, and how those in it were before. */
export class PastFlows {
  readonly #store: FlowStore;
  readonly #map: NetworkMap;
  readonly #history: FlowHistory;
  /** Flows of an earlier run, until the probe has listed what there is. */
  readonly #restored = new Map<string, FlowView>();

  constructor({ store, map, windowMs, maxBytes, names, onBlock }: PastFlowsOptions) {
    this.#store = store;
    this.#map = map;
    const then = onBlock === undefined ? {} : { onBlock };
    this.#history = new FlowHistory({ windowMs, slotMs: SLOT_MS, maxBytes, names, ...then });
  }

  get counts(): FlowHistory['counts'] {
    return this.#history.counts;
  }

  get keptFrom(): number | undefined {
    return this.#history.keptFrom;
  }

  /** Before the store takes a row of a later time slot: how the flow was at the end of the earlier one stays known. */
  beforeRow(row: FlowRow): void {
    const flow = this.#store.get(String(row[ID]));
    const at = row[CLOSED_AT] ?? row[LAST_SEEN_AT] ?? null;
    if (flow === undefined || flow.state === 'closed' || at === null) return;
    if (this.#history.slotOf(Number(at) / 1e6) <= this.#history.slotOf(flow.activeMs)) return;
    this.#history.add(this.#store.rowOf(flow), flow.activeMs, false);
  }

  /** False when an earlier run has counted all of the flow. */
  record({ type, flow }: FlowChange): boolean {
    if (this.#restored.get(flow.id)?.state === 'closed') return false;
    if (type === 'flow.closed') this.#history.add(this.#store.rowOf(flow), flow.activeMs, true);
    return true;
  }

  /** It is not known to be open any more. */
  forget({ id }: FlowView): void {
    this.#history.forget(id);
  }

  sweep(now: number): void {
    this.#history.sweep(now);
  }

  /** A block of an earlier run. Blocks are given in their order, before anything is recorded. */
  restore(block: FlowBlock): void {
    for (const past of this.#history.restore(block)) {
      const { flow } = past;
      const before = earlier(flow, past.before(), block.firstMs - SLOT_MS);
      if (before !== undefined) this.#map.update(before, block.firstMs);
      this.#map.update(flow, flow.activeMs);
      this.#restored.delete(flow.id);
      this.#restored.set(flow.id, flow);
    }
    for (const [id, flow] of this.#restored) {
      if (this.#restored.size <= MAX_RESTORED) break;
      this.#forgetRestored(id, flow);
    }
    this.#map.sweep(block.lastMs);
  }

  /** The probe has told of all that it knows. */
  listed(): void {
    for (const [id, flow] of this.#restored) this.#forgetRestored(id, flow);
  }

  /** Completes the blocks, before the agent stops. */
  flush(): void {
    for (const flow of this.#store.active()) this.#history.add(this.#store.rowOf(flow), flow.activeMs, false);
    this.#history.flush();
  }

  /** Those of the window that closed and have left the table, then all that are in it. */
  snapshot({ since, until }: { since: number; until: number }): Snapshot<StoredFlow> {
    const stored = this.#store.snapshot();
    const past = this.#history.closed(since, until);
    const at = (index: number) => {
      if (index >= past.length) return stored.at(index - past.length);
      const flow = past.at(index);
      return flow === undefined || this.#store.get(flow.id) !== undefined ? undefined : flow;
    };
    return {
      length: past.length + stored.length,
      at,
      id: (index) => at(index)?.id ?? '',
      record: (index) => at(index)?.record(),
    };
  }

  /** Those that there are now, without those of flows that were opened behind the window. */
  reports({ since, until }: { since: number; until: number }, now: number): Iterable<FlowReport> {
    // Not in a time slot that the window begins in.
    const beforeMs = since - SLOT_MS;
    const rows = this.#history.since(since, until);
    const { active, closed } = this.#store.still(now - RATED_MS);
    const open = active.map((flow) => ({ flow, told: this.#history.told(flow.id) }));
    return {
      *[Symbol.iterator]() {
        for (const past of rows) {
          const { flow } = past;
          if ((flow.openedMs ?? 0) > until) continue;
          const isRated = flow.activeMs >= now - RATED_MS && flow.state === 'closed';
          const rated = isRated ? closed(flow.id) : undefined;
          const isLast = flow.state === 'closed';
          yield new PastReport(rated ?? flow, { told: past, toldMs: beforeMs, isLast });
        }
        for (const { flow, told } of open) {
          if ((flow.openedMs ?? 0) > until) continue;
          const toldMs = Math.min(beforeMs, flow.activeMs);
          yield new PastReport(flow, { told: { before: () => told }, toldMs, isLast: true });
        }
      },
    };
  }

  /** What was open when the agent ended, and the probe does not know, is over. */
  #forgetRestored(id: string, flow: FlowView): void {
    this.#restored.delete(id);
    if (flow.state === 'closed' || this.#store.get(id) !== undefined) return;
    this.#map.lose(flow);
    this.#history.forget(id);
  }
}

interface Told {
  told: { before(): readonly number[] | undefined };
  toldMs: number;
  isLast: boolean;
}

class PastReport implements FlowReport {
  readonly flow: FlowView;
  readonly isLast: boolean;
  readonly #told: Told['told'];
  readonly #toldMs: number;

  constructor(flow: FlowView, { told, toldMs, isLast }: Told) {
    this.flow = flow;
    this.isLast = isLast;
    this.#told = told;
    this.#toldMs = toldMs;
  }

  before(): MapFlow | undefined {
    return earlier(this.flow, this.#told.before(), this.#toldMs);
  }
}
