import type { FlowRow } from '../../wire/flow.ts';
import type { EventType } from '../../wire/messages.ts';
import { FLOW_FIELD_NAMES } from '../../wire/rows.ts';
import { FlowColumns } from './flow-columns.ts';
import { FlowView } from './flow-view.ts';
import { closedRate, firstReading, NO_RATE, openRate, type Rate } from './rate.ts';
import { SlotLinks, SlotList } from './slot-list.ts';

export interface FlowStoreOptions {
  maxActive: number;
  maxClosed: number;
  /** An active flow makes room: called while it can still be read. */
  onEvict(flow: FlowView): void;
}

export interface FlowChange {
  type: EventType;
  flow: FlowView;
}

const STATE = FLOW_FIELD_NAMES.indexOf('state');

/** Numbers of a rate. */
const RATE_WIDTH = 3;

/**
 * What the agent knows of flows: active ones and those closed last, each bounded. When full, the least recently
 * active one or the one closed first makes room, and is counted.
 */
export class FlowStore {
  readonly maxActive: number;
  readonly maxClosed: number;
  readonly #columns = new FlowColumns();
  readonly #slots = new Map<string, number>();
  readonly #free: number[] = [];
  readonly #active: SlotList;
  readonly #closed: SlotList;
  readonly #onEvict: (flow: FlowView) => void;
  /** The list in which a flow was last met. */
  #met = new Uint32Array(0);
  #list = 0;
  /** Bytes per second sent and received, and until when. */
  #rates = new Float64Array(0);
  #evictedActive = 0;
  #evictedClosed = 0;

  constructor({ maxActive, maxClosed, onEvict }: FlowStoreOptions) {
    this.maxActive = maxActive;
    this.maxClosed = maxClosed;
    this.#onEvict = onEvict;
    const links = new SlotLinks();
    this.#active = new SlotList(links);
    this.#closed = new SlotList(links);
  }

  get counts(): { active: number; closed: number; evictedActive: number; evictedClosed: number } {
    return {
      active: this.#active.size,
      closed: this.#closed.size,
      evictedActive: this.#evictedActive,
      evictedClosed: this.#evictedClosed,
    };
  }

  get(id: string): FlowView | undefined {
    const slot = this.#slots.get(id);
    return slot === undefined ? undefined : this.#view(slot);
  }

  /** A row in the order of FLOW_FIELDS, as the store keeps it. */
  row(flow: FlowView): FlowRow {
    return this.#columns.readRow(flow.slot);
  }

  /** Takes over a row in the order of FLOW_FIELDS; undefined when nothing can be new: a closed flow is final. */
  put(id: string, row: FlowRow): FlowChange | undefined {
    this.#trim();
    const known = this.#slots.get(id);
    if (known === undefined) return this.#insert(id, row);
    this.#met[known] = this.#list;
    if (this.#view(known).state === 'closed') return undefined;
    this.#update(known, row);
    return { type: this.#place(known) ? 'flow.closed' : 'flow.updated', flow: this.#view(known) };
  }

  /** Begins a list of all flows there are. */
  beginList(): void {
    this.#list += 1;
  }

  /** Ends it: an active flow that was not in the list has closed, and nobody saw it. */
  *endList(): Generator<FlowChange> {
    for (const slot of this.#active) {
      if (this.#met[slot] === this.#list) continue;
      this.#columns.text('state').write(slot, 'closed');
      this.#columns.flag('closeMissed').write(slot, true);
      this.#place(slot);
      yield { type: 'flow.closed', flow: this.#view(slot) };
      this.#trim();
    }
  }

  /** Forgets the active flows. Each is given before it goes. */
  *dropActive(): Generator<FlowView> {
    for (const slot of this.#active) {
      yield this.#view(slot);
      this.#release(this.#active, slot);
    }
  }

  /** Every flow. The store must not change meanwhile. */
  *[Symbol.iterator](): Generator<FlowView> {
    for (const slot of this.#closed) yield this.#view(slot);
    for (const slot of this.#active) yield this.#view(slot);
  }

  /** Every flow, the one that was active last first. The store must not change meanwhile. */
  *newestFirst(): Generator<FlowView> {
    let active = this.#lastOf(this.#active);
    let closed = this.#lastOf(this.#closed);
    while (active !== undefined || closed !== undefined) {
      if (closed === undefined || (active !== undefined && active.activeMs >= closed.activeMs)) {
        if (active === undefined) return;
        yield active;
        active = this.#before(this.#active, active);
      } else {
        yield closed;
        closed = this.#before(this.#closed, closed);
      }
    }
  }

  #insert(id: string, row: FlowRow): FlowChange {
    if (this.#active.size >= this.maxActive && row[STATE] !== 'closed') this.#evictActive();
    const slot = this.#free.pop() ?? this.#slots.size;
    if (slot >= this.#met.length) this.#grow(slot);
    this.#slots.set(id, slot);
    this.#columns.writeRow(slot, row);
    this.#met[slot] = this.#list;
    this.#active.append(slot);
    const flow = this.#view(slot);
    const before = firstReading(flow.openedMs, flow.activeMs);
    const after = readingOf(flow);
    if (before === undefined) this.#setRate(slot, NO_RATE);
    else if (flow.state === 'closed') this.#setRate(slot, closedRate(before, after));
    else this.#setRate(slot, openRate({ ...before, rateUntilMs: 0 }, after) ?? NO_RATE);
    return { type: this.#place(slot) ? 'flow.closed' : 'flow.opened', flow: this.#view(slot) };
  }

  #update(slot: number, row: FlowRow): void {
    const before = this.#view(slot);
    const reading = { ...readingOf(before), rateUntilMs: before.rate.untilMs };
    this.#columns.writeRow(slot, row);
    const flow = this.#view(slot);
    const after = readingOf(flow);
    const rate = flow.state === 'closed' ? closedRate(reading, after) : openRate(reading, after);
    if (rate !== undefined) this.#setRate(slot, rate);
  }

  /** Moves an active flow to where it belongs now; true = it has closed. */
  #place(slot: number): boolean {
    const isClosed = this.#view(slot).state === 'closed';
    this.#active.remove(slot);
    (isClosed ? this.#closed : this.#active).append(slot);
    return isClosed;
  }

  #evictActive(): void {
    const slot = this.#active.first;
    if (slot === undefined) return;
    this.#evictedActive += 1;
    this.#onEvict(this.#view(slot));
    this.#release(this.#active, slot);
  }

  /** A flow that closed stays at least until the next step, so that who asked for the change can read it. */
  #trim(): void {
    while (this.#closed.size > this.maxClosed) {
      const slot = this.#closed.first;
      if (slot === undefined) return;
      this.#evictedClosed += 1;
      this.#release(this.#closed, slot);
    }
  }

  #release(list: SlotList, slot: number): void {
    list.remove(slot);
    this.#slots.delete(this.#columns.id().read(slot) ?? '');
    this.#columns.clear(slot);
    this.#free.push(slot);
  }

  #view(slot: number): FlowView {
    const at = slot * RATE_WIDTH;
    const [sent = 0, received = 0, untilMs = 0] = [this.#rates[at], this.#rates[at + 1], this.#rates[at + 2]];
    return new FlowView(this.#columns, slot, { sent, received, untilMs });
  }

  #lastOf(list: SlotList): FlowView | undefined {
    return list.last === undefined ? undefined : this.#view(list.last);
  }

  #before(list: SlotList, flow: FlowView): FlowView | undefined {
    const slot = list.before(flow.slot);
    return slot === undefined ? undefined : this.#view(slot);
  }

  #setRate(slot: number, { sent, received, untilMs }: Rate): void {
    this.#rates.set([sent, received, untilMs], slot * RATE_WIDTH);
  }

  #grow(slot: number): void {
    const capacity = Math.max(1024, this.#met.length * 2, slot + 1);
    const met = new Uint32Array(capacity);
    met.set(this.#met);
    this.#met = met;
    const rates = new Float64Array(capacity * RATE_WIDTH);
    rates.set(this.#rates);
    this.#rates = rates;
  }
}

function readingOf(flow: FlowView) {
  return { sent: flow.sent.bytes, received: flow.received.bytes, seenMs: flow.activeMs };
}
