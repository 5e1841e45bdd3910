import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { Backoff } from '../../lib/backoff.ts';
import { SysprobeError } from '../../lib/errors.ts';
import type { ObjectSink, WatchRuntime, WatchStatus } from './resource-watch.ts';

const PATH = '/pods';
const LONGEST_WAIT_MS = 30_000;

/** Asks the kubelet again and again for the pods of its node: it has no watch. */
export class KubeletPoll {
  readonly #sink: ObjectSink<Pod>;
  readonly #runtime: WatchRuntime;
  readonly #intervalMs: number;
  readonly #backoff: Backoff;
  #told: string | undefined;
  readonly #status: WatchStatus = {
    path: PATH,
    synced: false,
    lists: 0,
    events: 0,
    gone: 0,
    failures: 0,
    lastError: undefined,
  };

  constructor(sink: ObjectSink<Pod>, runtime: WatchRuntime & { intervalMs: number }) {
    this.#sink = sink;
    this.#runtime = runtime;
    this.#intervalMs = runtime.intervalMs;
    this.#backoff = new Backoff(runtime.random, LONGEST_WAIT_MS);
  }

  get status(): Readonly<WatchStatus> {
    return this.#status;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let waitMs = this.#intervalMs;
      try {
        await this.#poll(signal);
        this.#backoff.reset();
      } catch (error) {
        if (signal.aborted) return;
        this.#failed(error as Error);
        waitMs = this.#backoff.nextMs();
      }
      await sleep(waitMs, undefined, { signal }).catch(() => {});
    }
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const { client } = this.#runtime;
    const { items }: { items?: unknown } = await client.json(PATH, { signal });
    if (!Array.isArray(items)) throw client.invalid(`${PATH} gave no list`);
    this.#sink.beginList();
    for (const item of items) if (typeof item === 'object' && item !== null) this.#sink.put(item);
    this.#sink.endList();
    this.#status.lists += 1;
    this.#status.synced = true;
    this.#told = undefined;
  }

  #failed(error: Error): void {
    const code = error instanceof SysprobeError ? error.code : 'SP_KUBERNETES_UNREACHABLE';
    const { message } = error;
    Object.assign(this.#status, { synced: false, lastError: { code, message, at: new Date() } });
    this.#status.failures += 1;
    if (this.#told === message) return;
    this.#told = message;
    this.#runtime.log.warn({ code }, `cannot read the pods of the kubelet, trying again: ${message}`);
  }
}
