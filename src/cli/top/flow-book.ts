import { BoundedMap } from '../../lib/bounded-map.ts';
import { lastActivity } from '../../lib/filter/flow-record.ts';
import { closedRate, firstReading, NO_RATE, openRate, type Rate, type Reading } from '../../map/rate.ts';
import type { FlowRecord } from '../../wire/flow.ts';

/** The agent adds what Kubernetes calls this side. */
export interface TopFlow extends FlowRecord {
  kubernetes?: { namespace?: string; pod?: string; workload?: { kind: string; name: string } };
}

export interface FlowEntry {
  flow: TopFlow;
  openedMs: number | undefined;
  /** Of its last sign of life. */
  seenMs: number;
  rate: Rate;
}

/**
 * The flows that are open, and those that closed within a window, with their rates. Times are milliseconds since the
 * epoch by the clock of the server.
 */
export class FlowBook {
  readonly #windowMs: number;
  readonly #open = new Map<string, FlowEntry>();
  readonly #closed: BoundedMap<string, FlowEntry>;

  constructor({ windowMs, maxClosed }: { windowMs: number; maxClosed: number }) {
    this.#windowMs = windowMs;
    this.#closed = new BoundedMap(maxClosed);
  }

  /** Closed flows that made room for others before their time. */
  get forgotten(): number {
    return this.#closed.evicted;
  }

  *[Symbol.iterator](): Generator<FlowEntry> {
    yield* this.#open.values();
    yield* this.#closed.values();
  }

  update(flow: TopFlow, nowMs: number): void {
    if (this.#closed.get(flow.id) !== undefined) return;
    const before = this.#open.get(flow.id);
    const entry = entryOf(flow, before, nowMs);
    if (flow.state !== 'closed') {
      this.#open.set(flow.id, entry);
      return;
    }
    this.#open.delete(flow.id);
    this.#closed.set(flow.id, entry);
  }

  /** Takes over that these are all that are open: the close of another one was lost. */
  keepOpen(ids: ReadonlySet<string>): void {
    for (const id of this.#open.keys()) if (!ids.has(id)) this.#open.delete(id);
  }

  /** Forgets what closed before the window. They came in about that order. */
  sweep(nowMs: number): void {
    for (const { flow, seenMs } of this.#closed.values()) {
      if (seenMs >= nowMs - this.#windowMs) break;
      this.#closed.delete(flow.id);
    }
  }
}

function entryOf(flow: TopFlow, before: FlowEntry | undefined, nowMs: number): FlowEntry {
  const openedMs = flow.openedAt === undefined ? undefined : Date.parse(flow.openedAt);
  const seenMs = lastActivity(flow) ?? nowMs;
  const after = reading(flow, seenMs);
  return {
    flow,
    openedMs,
    seenMs,
    rate: rateOf(after, before, { openedMs, closed: flow.state === 'closed' }),
  };
}

function rateOf(
  after: Reading,
  before: FlowEntry | undefined,
  { openedMs, closed }: { openedMs: number | undefined; closed: boolean },
): Rate {
  const from = before ? reading(before.flow, before.seenMs) : firstReading(openedMs, after.seenMs);
  if (from === undefined) return NO_RATE;
  if (closed) return closedRate(from, after);
  const known = before?.rate ?? NO_RATE;
  return openRate({ ...from, rateUntilMs: known.untilMs }, after) ?? known;
}

function reading({ sent, received }: TopFlow, seenMs: number): Reading {
  return { sent: sent.bytes, received: received.bytes, seenMs };
}
