import { setImmediate } from 'node:timers/promises';

/** Lets long work share the event loop: after `sliceMs` of it, pause() yields to it once. */
export class TimeSlice {
  readonly #sliceMs: number;
  #startedAt = performance.now();

  constructor(sliceMs = 5) {
    this.#sliceMs = sliceMs;
  }

  get isOver(): boolean {
    return performance.now() - this.#startedAt >= this.#sliceMs;
  }

  async pause(): Promise<void> {
    await setImmediate();
    this.#startedAt = performance.now();
  }
}
