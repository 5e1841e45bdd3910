import type { AddressName } from '../dns/names.ts';
import { ConnRole, type FlowRecord, TcpState } from '../events.gen.ts';

/** Names of destinations: one that was given out is kept until it is released. */
export interface FlowNames<Lease extends AddressName = AddressName> {
  acquire(record: FlowRecord): Lease | undefined;
  release(lease: Lease): void;
}

/** The names that the flows of a table hold, by their slots. */
export class SlotNames<Lease extends AddressName = AddressName> {
  readonly #names: FlowNames<Lease>;
  readonly #bySlot = new Map<number, Lease>();
  readonly #held = new Set<number>();

  constructor(names: FlowNames<Lease>) {
    this.#names = names;
  }

  /**
   * A name that was found stays; without one, it is looked for again, until the flow is closed. Who was called by the
   * other end did not look it up.
   */
  of(slot: number, record: FlowRecord): Lease | undefined {
    const known = this.#bySlot.get(slot);
    if (known !== undefined || record.role === ConnRole.SERVER) return known;
    const lease = this.#names.acquire(record);
    if (lease === undefined) return undefined;
    this.#bySlot.set(slot, lease);
    if (record.state === TcpState.CLOSE) this.#names.release(lease);
    else this.#held.add(slot);
    return lease;
  }

  /** The flow keeps its name, but the name is no longer kept for others. */
  close(slot: number): void {
    const lease = this.#bySlot.get(slot);
    if (lease !== undefined && this.#held.delete(slot)) this.#names.release(lease);
  }

  /** The slot is for another flow. */
  forget(slot: number): void {
    this.close(slot);
    this.#bySlot.delete(slot);
  }
}
