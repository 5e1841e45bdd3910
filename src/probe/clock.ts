/** Turns the kernel's CLOCK_BOOTTIME into time since the Unix epoch, in nanoseconds. */
export class Clock {
  readonly #read: () => { realtime: bigint; boottime: bigint };
  #offset = 0n;

  constructor(read: () => { realtime: bigint; boottime: bigint }) {
    this.#read = read;
    this.resync();
  }

  /** Called now and then: the wall clock is stepped by NTP and by people, boot time is not. */
  resync(): void {
    const { realtime, boottime } = this.#read();
    this.#offset = realtime - boottime;
  }

  epochNs(bootNs: number): bigint {
    return BigInt(bootNs) + this.#offset;
  }

  bootNs(): number {
    return Number(this.#read().boottime);
  }
}
