import { BoundedMap } from '../../lib/bounded-map.ts';

/** So many failed ends within the window are a loop: the kubelet's back-off lets a crashing container reach it in 30 s. */
export const CRASHES = 3;
export const WINDOW_NS = 10 * 60 * 1e9;

interface Lives {
  starts: number;
  /** When it failed, oldest first; never more than CRASHES. */
  failures: number[];
}

/**
 * Counts the lives of containers by what stays the same when one is started anew, and tells those that crash again
 * and again: CRASHES ends with a code other than 0 within WINDOW_NS.
 */
export class CrashLoops {
  readonly #lives: BoundedMap<string, Lives>;

  constructor(capacity: number) {
    this.#lives = new BoundedMap(capacity);
  }

  get tracked(): number {
    return this.#lives.size;
  }

  get evicted(): number {
    return this.#lives.evicted;
  }

  /** A life has begun; gives how many there were before. */
  started(key: string): number {
    const lives = this.#lives.get(key) ?? { starts: 0, failures: [] };
    this.#lives.set(key, lives);
    return lives.starts++;
  }

  failed(key: string, atNs: number): void {
    const lives = this.#lives.get(key);
    if (lives === undefined) return;
    lives.failures.push(atNs);
    if (lives.failures.length > CRASHES) lives.failures.shift();
  }

  /** Whether it is in a loop at `nowNs`. */
  isLooping(key: string, nowNs: number): boolean {
    const failures = this.#lives.get(key)?.failures ?? [];
    const [first = 0] = failures;
    return failures.length === CRASHES && nowNs - first < WINDOW_NS;
  }
}
