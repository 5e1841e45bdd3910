import { once } from 'node:events';
import type { Turns } from '../lib/turns.ts';

export interface SharedWorkOptions {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Undefined for work that need not wait for other work. */
  turns?: Turns | undefined;
  /** Whether somebody wants the outcome who does not wait for it. */
  isWanted?: () => boolean;
  work(signal: AbortSignal): Promise<void> | void;
}

interface Run {
  done: Promise<void>;
  stop: AbortController;
  waiting: number;
}

/** Of the time, how much may go into one work. */
const DUTY = 0.1;

/** Work whose outcome is shared: done once at a time, not too often, and only while someone wants it. */
export class SharedWork {
  readonly #options: SharedWorkOptions;
  #run: Run | undefined;
  #doneAt = Number.NEGATIVE_INFINITY;
  #costMs = 0;

  constructor(options: SharedWorkOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** Of when the outcome is. */
  get doneAt(): number {
    return this.#doneAt;
  }

  /** Whether the outcome is so old, and the work so cheap, that it may be done again. */
  isDue(intervalMs: number): boolean {
    const ageMs = this.#options.now() - this.#doneAt;
    // The clock may have been set back.
    return ageMs < 0 || ageMs >= Math.max(intervalMs, this.#costMs / DUTY);
  }

  start(): Run {
    if (this.#run !== undefined) return this.#run;
    const stop = new AbortController();
    const done = this.#done(stop.signal).finally(() => {
      if (this.#run === run) this.#run = undefined;
    });
    const run = { done, stop, waiting: 0 };
    this.#run = run;
    return run;
  }

  /** Until it is done; when the signal is aborted, it is done no further unless others want it. */
  async wait(signal?: AbortSignal): Promise<void> {
    const run = this.start();
    run.waiting += 1;
    await (signal === undefined ? run.done : Promise.race([run.done, aborted(signal)]));
    run.waiting -= 1;
    this.stopUnwanted();
  }

  /** What nobody waits for is not done to its end, and begins anew for who asks then. */
  stopUnwanted(): void {
    const run = this.#run;
    if (run === undefined || run.waiting > 0 || this.#options.isWanted?.() === true) return;
    this.#run = undefined;
    run.stop.abort();
  }

  async #done(signal: AbortSignal): Promise<void> {
    const { turns } = this.#options;
    const work = () => this.#timed(signal);
    try {
      await (turns === undefined ? work() : turns.take(work, signal));
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #timed(signal: AbortSignal): Promise<void> {
    const { now, work } = this.#options;
    const at = now();
    const started = performance.now();
    await work(signal);
    this.#doneAt = at;
    this.#costMs = performance.now() - started;
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
