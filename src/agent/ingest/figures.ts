import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../lib/log.ts';
import type { Row } from '../../wire/fields.ts';
import type { RecordKind } from '../../wire/kinds.ts';
import { StreamReader } from '../../wire/stream-reader.ts';
import { probeMessages } from './probe-stream.ts';

export interface FiguresOptions {
  socketPath: string;
  intervalMs: number;
  /** Nothing is asked for while the probe is not followed. */
  isConnected(): boolean;
  refresh(kind: RecordKind, row: Row): void;
  log: Logger;
}

/** Their processor time and memory change all the time, which is no event. */
const PATHS = ['/v1/containers?state=running', '/v1/processes?state=running'];

/** Asks the probe again and again what containers and processes use. */
export class Figures {
  readonly #options: FiguresOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: FiguresOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { intervalMs, isConnected, log } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await sleep(intervalMs, undefined, { signal }).catch(() => {});
      if (signal.aborted || !isConnected()) continue;
      try {
        for (const path of PATHS) await this.#read(path);
      } catch (error) {
        // The stream that is followed tells of a probe that is gone.
        if (!signal.aborted) log.debug({ err: error }, 'the use of containers and processes was not read');
      }
    }
  }

  async #read(path: string): Promise<void> {
    const { socketPath, refresh } = this.#options;
    const { signal } = this.#stop;
    // The stream that is followed counts them.
    const stream = new StreamReader(() => {});
    for await (const { messages } of probeMessages({ socketPath, path, signal })) {
      for (const message of messages) for (const { kind, row } of stream.read(message)) refresh(kind, row);
    }
  }
}
