/** Objects by key; `change` takes what an object is now and what it was: undefined when it is not there. */
export class Keyed<T extends { key: string }> {
  readonly #change: (object: T | undefined, before: T | undefined) => void;
  readonly #max: number;
  readonly #objects = new Map<string, T>();
  #met: Set<string> | undefined;
  refused = 0;

  constructor(max: number, change: (object: T | undefined, before: T | undefined) => void) {
    this.#max = max;
    this.#change = change;
  }

  get size(): number {
    return this.#objects.size;
  }

  beginList(): void {
    this.#met = new Set();
  }

  endList(): void {
    for (const [key, object] of this.#objects) if (this.#met?.has(key) === false) this.remove(object);
    this.#met = undefined;
  }

  put(object: T): void {
    const { key } = object;
    this.#met?.add(key);
    const before = this.#objects.get(key);
    if (before === undefined && this.#objects.size >= this.#max) {
      this.refused += 1;
      return;
    }
    this.#objects.set(key, object);
    this.#change(object, before);
  }

  remove({ key }: Pick<T, 'key'>): void {
    const object = this.#objects.get(key);
    if (object === undefined) return;
    this.#objects.delete(key);
    this.#change(undefined, object);
  }
}
