import { closedRate, firstReading, NO_RATE, openRate, type Reading } from '../../map/rate.ts';
import type { FlowRow } from '../../wire/flow.ts';
import type { EventType } from '../../wire/messages.ts';
import { FLOW_FIELD_NAMES } from '../../wire/rows.ts';
import type { FlowNames } from '../enrich/flow-names.ts';
import { FlowColumns } from './flow-columns.ts';
import { FlowView, type ViewColumns, viewColumns } from './flow-view.ts';
import { Rates } from './rates.ts';
import { SlotLinks, SlotList } from './slot-list.ts';

export interface FlowStoreOptions {
  maxActive: number;
  maxClosed: number;
  /** An active flow makes room: called while it can still be read. */
  onEvict(flow: FlowView): void;
  /** Undefined where there is no Kubernetes. */
  names?: FlowNames | undefined;
}

export interface FlowChange {
  type: EventType;
  flow: FlowView;
}

/** Flows of one moment. */
export interface StillFlows {
  readonly active: readonly FlowView[];
  closed(id: string): FlowView | undefined;
}

const ID = FLOW_FIELD_NAMES.indexOf('id');
const STATE = FLOW_FIELD_NAMES.indexOf('state');
const CLOSED_AT = FLOW_FIELD_NAMES.indexOf('closedAt');
const LAST_SEEN_AT = FLOW_FIELD_NAMES.indexOf('lastSeenAt');

/**
 * What the agent knows of flows: active ones and those closed last, each bounded. When full, the least recently
 * active one or the one closed first makes room, and is counted.
 */
export class FlowStore {
  readonly maxActive: number;
  readonly maxClosed: number;
  readonly #columns = new FlowColumns();
  readonly #view: ViewColumns = viewColumns(this.#columns);
  readonly #rates = new Rates();
  readonly #names: FlowNames | undefined;
  readonly #slots = new Map<string, number>();
  readonly #free: number[] = [];
  readonly #active: SlotList;
  readonly #closed: SlotList;
  readonly #onEvict: (flow: FlowView) => void;
  /** The list in which a flow was last met, by slot. */
  readonly #met: number[] = [];
  #list = 0;
  #isListing = false;
  #evictedActive = 0;
  #evictedClosed = 0;

  constructor({ maxActive, maxClosed, onEvict, names }: FlowStoreOptions) {
    this.#names = names;
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
    return slot === undefined ? undefined : this.#at(slot);
  }

  /** All that is known of the flow, in the order of FLOW_FIELDS. */
  rowOf({ slot }: FlowView): FlowRow {
    return this.#columns.readRow(slot);
  }

  *active(): Generator<FlowView> {
    for (const slot of this.#active) yield this.#at(slot);
  }

  /** What is active, and what closed at `closedMs` or later, as it is now: it stays so when the store changes. */
  still(closedMs: number): StillFlows {
    const active = [...this.#active];
    const closed = Array.from(this.#closed).filter((slot) => this.#at(slot).activeMs >= closedMs);
    const slots = Uint32Array.from([...active, ...closed]);
    const columns = viewColumns(this.#columns.pick(slots));
    const more = { rates: this.#rates.pick(slots), names: this.#names?.pick(slots) };
    const views = Array.from(slots, (_, place) => new FlowView(place, columns, more));
    const closedViews = new Map(views.slice(active.length).map((flow) => [flow.id, flow]));
    return { active: views.slice(0, active.length), closed: (id) => closedViews.get(id) };
  }

  /** Takes over a row in the order of FLOW_FIELDS; undefined when nothing can be new: a closed flow is final. */
  put(row: FlowRow): FlowChange | undefined {
    this.#trim();
    const id = String(row[ID]);
    const isClosed = row[STATE] === 'closed';
    let slot = this.#slots.get(id);
    const isNew = slot === undefined;
    if (isNew && isClosed && this.#hasMadeRoom(row)) return undefined;
    if (slot === undefined) slot = this.#insert(row, isClosed);
    else if (this.#view.state.read(slot) === 'closed') return undefined;
    else this.#update(slot, row);
    this.#met[slot] = this.#list;
    if (isClosed) return { type: 'flow.closed', flow: this.#at(slot) };
    return { type: isNew ? 'flow.opened' : 'flow.updated', flow: this.#at(slot) };
  }

  /** Begins a list of all flows there are. */
  beginList(): void {
    this.#list += 1;
    this.#isListing = true;
  }

  /** Ends it: an active flow that was not in the list has closed, and nobody saw it. */
  *endList(): Generator<FlowChange & { row: FlowRow }> {
    this.#isListing = false;
    for (const slot of this.#active) {
      if (this.#met[slot] === this.#list) continue;
      this.#columns.text('state').write(slot, 'closed');
      this.#columns.flag('closeMissed').write(slot, true);
      this.#active.remove(slot);
      this.#closed.append(slot);
      yield { type: 'flow.closed', flow: this.#at(slot), row: this.#columns.readRow(slot) };
      this.#trim();
    }
  }

  /** Forgets the active flows. Each is given before it goes. */
  *dropActive(): Generator<FlowView> {
    for (const slot of this.#active) {
      yield this.#at(slot);
      this.#release(this.#active, slot);
    }
  }

  /** Every flow. The store must not change meanwhile. */
  *[Symbol.iterator](): Generator<FlowView> {
    for (const slot of this.#closed) yield this.#at(slot);
    for (const slot of this.#active) yield this.#at(slot);
  }

  /** The flows that there are now; one that has made room for another since is undefined. */
  snapshot() {
    const slots = new Uint32Array(this.#slots.size);
    const ids: string[] = [];
    for (const { slot, id } of this) {
      slots[ids.length] = slot;
      ids.push(id);
    }
    const at = (index: number): FlowView | undefined => {
      const view = this.#at(slots[index] ?? 0);
      return view.id === ids[index] ? view : undefined;
    };
    return {
      length: ids.length,
      at,
      id: (index: number) => ids[index] ?? '',
      record: (index: number) => at(index)?.record(),
      end: (index: number) => {
        const flow = at(index);
        return (
          flow && (flow.closedMs ?? flow.lastSeenMs ?? (flow.state === 'closed' ? flow.openedMs : undefined))
        );
      },
    };
  }

  /** A list may bring flows back that were here before and made room: those that closed before all that are kept. */
  #hasMadeRoom(row: FlowRow): boolean {
    const oldest = this.#closed.first;
    if (!this.#isListing || this.#evictedClosed === 0 || oldest === undefined) return false;
    const closedAt = row[CLOSED_AT] ?? row[LAST_SEEN_AT];
    return closedAt !== null && closedAt !== undefined && Number(closedAt) / 1e6 < this.#at(oldest).activeMs;
  }

  #insert(row: FlowRow, isClosed: boolean): number {
    if (!isClosed && this.#active.size >= this.maxActive) this.#evictActive();
    const slot = this.#free.pop() ?? this.#slots.size;
    this.#columns.writeRow(slot, row);
    const flow = this.#at(slot);
    this.#slots.set(flow.id, slot);
    (isClosed ? this.#closed : this.#active).append(slot);
    const before = firstReading(flow.openedMs, flow.activeMs);
    this.#rates.write(slot, NO_RATE);
    if (before !== undefined) this.#rate(slot, { ...before, rateUntilMs: 0 });
    return slot;
  }

  #update(slot: number, row: FlowRow): void {
    const before = { ...this.#reading(slot), rateUntilMs: this.#rates.read(slot).untilMs };
    this.#columns.writeRow(slot, row);
    this.#rate(slot, before);
    this.#active.remove(slot);
    (row[STATE] === 'closed' ? this.#closed : this.#active).append(slot);
  }

  #rate(slot: number, before: Reading & { rateUntilMs: number }): void {
    const isClosed = this.#view.state.read(slot) === 'closed';
    const rate = isClosed ? closedRate(before, this.#reading(slot)) : openRate(before, this.#reading(slot));
    if (rate !== undefined) this.#rates.write(slot, rate);
  }

  #reading(slot: number): Reading {
    const { sentBytes, receivedBytes } = this.#view;
    return {
      sent: sentBytes.read(slot) ?? 0,
      received: receivedBytes.read(slot) ?? 0,
      seenMs: this.#at(slot).activeMs,
    };
  }

  #evictActive(): void {
    const slot = this.#active.first;
    if (slot === undefined) return;
    this.#evictedActive += 1;
    this.#onEvict(this.#at(slot));
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
    this.#slots.delete(this.#at(slot).id);
    this.#columns.clear(slot);
    this.#names?.clear(slot);
    this.#free.push(slot);
  }

  #at(slot: number): FlowView {
    return new FlowView(slot, this.#view, { rates: this.#rates, names: this.#names });
  }
}
