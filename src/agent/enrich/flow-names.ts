import type { Names } from '../kubernetes/names.ts';
import type { Enricher, Identity, NamedFlow } from './enricher.ts';

/**
 * Who is at both ends of the flows of a store, by slot. What was found is held as long as the flow, so that names
 * outlive their pod; what was not is looked for again, since a pod may be known after its first connection.
 */
export class FlowNames {
  readonly #enricher: Enricher;
  readonly #own: (Identity | undefined)[] = [];
  readonly #peer: (Identity | undefined)[] = [];

  constructor(enricher: Enricher) {
    this.#enricher = enricher;
  }

  own(slot: number, flow: NamedFlow): Names | undefined {
    let found = this.#own[slot];
    if (found?.container === undefined) {
      found = this.#enricher.own(flow) ?? found;
      this.#own[slot] = found;
    }
    return found && this.#enricher.namesOf(found);
  }

  peer(slot: number, flow: NamedFlow): Names | undefined {
    let found = this.#peer[slot];
    if (found?.known.pod === undefined) {
      found = this.#enricher.peer(flow) ?? found;
      this.#peer[slot] = found;
    }
    return found && this.#enricher.namesOf(found);
  }

  /** Those of the flows in the slots, in their order; what is found of them later is not found here. */
  pick(slots: Uint32Array): FlowNames {
    const picked = new FlowNames(this.#enricher);
    for (const [i, slot] of slots.entries()) {
      picked.#own[i] = this.#own[slot];
      picked.#peer[i] = this.#peer[slot];
    }
    return picked;
  }

  clear(slot: number): void {
    this.#own[slot] = undefined;
    this.#peer[slot] = undefined;
  }
}
