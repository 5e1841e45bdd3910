/** At most `perSecond` on average, and as many at once. */
export class RateLimit {
  readonly #perSecond: number;
  #left: number;
  #at: number | undefined;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#left = perSecond;
  }

  /** How many of `wanted` are allowed at `nowMs`, of a clock that only moves forward. */
  take(wanted: number, nowMs: number): number {
    const earned = ((nowMs - (this.#at ?? nowMs)) / 1000) * this.#perSecond;
    this.#at = nowMs;
    this.#left = Math.min(this.#perSecond, this.#left + earned);
    const allowed = Math.min(wanted, Math.floor(this.#left));
    this.#left -= allowed;
    return allowed;
  }
}
