/** Two readings of an untouched clock differ by less, one of a busy machine's too. */
const JITTER_NS = 100_000n;

/** Turns the kernel's CLOCK_BOOTTIME into time since the Unix epoch, in nanoseconds. */
export class Clock {
  readonly #read: () => { realtime: bigint; boottime: bigint };
  #offset = 0n;

  constructor(read: () => { realtime: bigint; boottime: bigint }) {
    this.#read = read;
    this.resync();
  }

  /**
   * Called now and then: the wall clock is stepped by NTP and by people, boot time is not. What is only the jitter of a
   * reading changes nothing, so that a flow has the same times whenever it is asked for.
   */
  resync(): void {
    const { realtime, boottime } = this.#read();
    const offset = realtime - boottime;
    const moved = offset - this.#offset;
    if (moved > JITTER_NS || moved < -JITTER_NS) this.#offset = offset;
  }

  epochNs(bootNs: number): bigint {
    return BigInt(bootNs) + this.#offset;
  }

  bootNs(): number {
    return Number(this.#read().boottime);
  }
}
