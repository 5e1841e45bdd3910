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

/** Goes on with the work in slices, between which others get their turn wherever it yields. Throws the signal's reason when it is aborted. */
export async function inSlices<T>(steps: Generator<void, T>, signal?: AbortSignal): Promise<T> {
  const slice = new TimeSlice();
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    if (slice.isOver) await slice.pause();
    if (signal?.aborted !== true) continue;
    steps.return(undefined as never);
    throw signal.reason;
  }
}
