/** A slot is in one list at a time, so that all lists share their links. */
export class SlotLinks {
  next = new Int32Array(1024);
  previous = new Int32Array(1024);

  ensure(slot: number): void {
    if (slot < this.next.length) return;
    const capacity = Math.max(this.next.length * 2, slot + 1);
    const next = new Int32Array(capacity);
    const previous = new Int32Array(capacity);
    next.set(this.next);
    previous.set(this.previous);
    this.next = next;
    this.previous = previous;
  }
}

const NONE = -1;

/** Slots in the order in which they were appended; appending and removing cost the same however long it is. */
export class SlotList {
  readonly #links: SlotLinks;
  #first = NONE;
  #last = NONE;
  #size = 0;

  constructor(links: SlotLinks) {
    this.#links = links;
  }

  get size(): number {
    return this.#size;
  }

  get first(): number | undefined {
    return this.#first === NONE ? undefined : this.#first;
  }

  get last(): number | undefined {
    return this.#last === NONE ? undefined : this.#last;
  }

  append(slot: number): void {
    this.#links.ensure(slot);
    const { next, previous } = this.#links;
    previous[slot] = this.#last;
    next[slot] = NONE;
    if (this.#last === NONE) this.#first = slot;
    else next[this.#last] = slot;
    this.#last = slot;
    this.#size += 1;
  }

  remove(slot: number): void {
    const { next, previous } = this.#links;
    const after = next[slot] ?? NONE;
    const before = previous[slot] ?? NONE;
    if (before === NONE) this.#first = after;
    else next[before] = after;
    if (after === NONE) this.#last = before;
    else previous[after] = before;
    this.#size -= 1;
  }

  /** First to last. The list must not change meanwhile, save that the slot just given may be removed. */
  *[Symbol.iterator](): IterableIterator<number> {
    for (let slot = this.#first; slot !== NONE; ) {
      const after = this.#links.next[slot] ?? NONE;
      yield slot;
      slot = after;
    }
  }
}
