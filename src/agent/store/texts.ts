/** Texts without a user that are kept for the next one, at least: one that comes and goes with each flow stays. */
const MIN_UNUSED = 256;

/**
 * Texts by number, each kept once however many flows share it, and forgotten some time after its last user. Number 0
 * stands for no text.
 */
export class Texts {
  readonly #numbers = new Map<string, number>();
  #texts: (string | undefined)[] = [undefined];
  readonly #users: number[] = [0];
  readonly #free: number[] = [];
  /** Numbers whose last user went; there may be another one since. */
  readonly #unused = new Set<number>();

  /** How many different texts are kept. */
  get size(): number {
    return this.#numbers.size;
  }

  at(number: number): string | undefined {
    return this.#texts[number];
  }

  /** The texts as they are now, to be read. */
  copy(): Texts {
    const copy = new Texts();
    copy.#texts = this.#texts.slice();
    return copy;
  }

  /** Adds a user; each needs a release(). */
  keep(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#free.pop() ?? this.#texts.length;
      const own = ownText(text);
      this.#numbers.set(own, number);
      this.#texts[number] = own;
      this.#users[number] = 0;
    }
    this.#users[number] = (this.#users[number] ?? 0) + 1;
    return number;
  }

  release(number: number): void {
    const text = this.#texts[number];
    if (text === undefined) return;
    const users = (this.#users[number] ?? 0) - 1;
    this.#users[number] = users;
    if (users > 0) return;
    this.#unused.add(number);
    if (this.#unused.size > MIN_UNUSED + this.size / 8) this.#forgetUnused();
  }

  #forgetUnused(): void {
    for (const number of this.#unused) {
      const text = this.#texts[number];
      if (text === undefined || (this.#users[number] ?? 0) > 0) continue;
      this.#numbers.delete(text);
      this.#texts[number] = undefined;
      this.#free.push(number);
    }
    this.#unused.clear();
  }
}

/**
 * The same text in memory of its own. What the decoder gives is a part of the text of a whole message, all of which
 * would stay in memory with it.
 */
export function ownText(text: string): string {
  return Buffer.from(text).toString();
}
