import type { Point } from '../graph/geometry.ts';
import type { LayoutInput } from './arrange.ts';

/** Runs layouts in a worker, one at a time; of those asked for meanwhile only the newest is run. */
export class LayoutClient {
  readonly #worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
  #busy = false;
  /** For who measures: each layout is an entry of the browser's performance timeline. */
  #started = 0;
  #next: (() => LayoutInput) | undefined;

  constructor(onPositions: (positions: Record<string, Point>) => void) {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<Record<string, Point>>) => {
      this.#busy = false;
      performance.measure('layout', { start: this.#started });
      onPositions(data);
      this.#start();
    });
  }

  /** `input` is called when the worker is free, so that it sees the positions of the layout before. */
  request(input: () => LayoutInput): void {
    this.#next = input;
    this.#start();
  }

  close(): void {
    this.#worker.terminate();
  }

  #start(): void {
    if (this.#busy || this.#next === undefined) return;
    this.#busy = true;
    this.#started = performance.now();
    this.#worker.postMessage(this.#next());
    this.#next = undefined;
  }
}
