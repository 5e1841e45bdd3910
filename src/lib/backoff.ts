const FIRST_MS = 100;
const LONGEST_MS = 5000;

/**
 * How long to wait before the next try: doubling, at most 5 s if not told otherwise, and up to half of it random, so that many agents do
 * not come back at the same moment. `random` gives numbers from 0 to below 1.
 */
export class Backoff {
  readonly #random: () => number;
  readonly #longestMs: number;
  #tries = 0;

  constructor(random: () => number, longestMs = LONGEST_MS) {
    this.#random = random;
    this.#longestMs = longestMs;
  }

  nextMs(): number {
    const longest = Math.min(FIRST_MS * 2 ** this.#tries, this.#longestMs);
    this.#tries += 1;
    return longest * (1 - this.#random() / 2);
  }

  reset(): void {
    this.#tries = 0;
  }
}
