import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from '../../lib/backoff.ts';
import { SysprobeError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { type ApiClient, Gone } from './api-client.ts';
import { splitLines } from './lines.ts';

/** Takes the objects of one kind as they come. */
export interface ObjectSink<T> {
  /** What is not put between the two is there no more. */
  beginList(): void;
  put(object: T): void;
  endList(): void;
  remove(object: T): void;
}

export interface WatchOptions<T> {
  /** `/api/v1/pods` */
  path: string;
  fieldSelector?: string;
  sink: ObjectSink<T>;
}

export interface WatchRuntime {
  client: ApiClient;
  log: Logger;
  random: () => number;
  limits?: Partial<WatchLimits>;
}

export interface WatchLimits {
  /** Objects of a page. */
  page: number;
  /** For which the server is asked to keep a watch open, and beyond which silence is a failure. */
  watchSeconds: number;
  graceSeconds: number;
  /** Of the wait between tries. */
  longestWaitMs: number;
}

export interface WatchStatus {
  path: string;
  /** The objects are known and followed. */
  synced: boolean;
  lists: number;
  events: number;
  /** Times that the changes asked for were too old, and all was listed again. */
  gone: number;
  failures: number;
  lastError: { code: string; message: string; at: Date } | undefined;
}

interface Listed {
  metadata?: { resourceVersion?: string; continue?: string };
  items?: unknown[];
}

interface Change {
  type?: string;
  object?: { code?: number; message?: string; metadata?: { resourceVersion?: string } };
}

const LIMITS: WatchLimits = { page: 250, watchSeconds: 270, graceSeconds: 30, longestWaitMs: 30_000 };
/** A watch that ends sooner was dropped, and the server may be in trouble. */
const SHORT_WATCH_MS = 1000;

/** Lists the objects of a kind, then watches them for as long as the agent runs. */
export class ResourceWatch<T extends object> {
  readonly #options: WatchOptions<T>;
  readonly #runtime: WatchRuntime;
  readonly #limits: WatchLimits;
  readonly #backoff: Backoff;
  #version: string | undefined;
  #told: string | undefined;
  readonly #status: WatchStatus;

  constructor(options: WatchOptions<T>, runtime: WatchRuntime) {
    this.#options = options;
    this.#runtime = runtime;
    this.#limits = { ...LIMITS, ...runtime.limits };
    this.#backoff = new Backoff(runtime.random, this.#limits.longestWaitMs);
    const counts = { lists: 0, events: 0, gone: 0, failures: 0 };
    this.#status = { path: options.path, synced: false, ...counts, lastError: undefined };
  }

  get status(): Readonly<WatchStatus> {
    return this.#status;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (this.#version === undefined) this.#version = await this.#list(signal);
        await this.#watch(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#failed(error);
        await sleep(this.#backoff.nextMs(), undefined, { signal }).catch(() => {});
      }
    }
  }

  /** Resolves with the resource version to watch from. */
  async #list(signal: AbortSignal): Promise<string> {
    const { sink, path } = this.#options;
    const { client } = this.#runtime;
    let next: string | undefined;
    sink.beginList();
    for (;;) {
      const query = this.#query({
        limit: String(this.#limits.page),
        ...(next !== undefined && { continue: next }),
      });
      const { metadata, items }: Listed = await client.json(`${path}?${query}`, { signal });
      const version = metadata?.resourceVersion;
      if (version === undefined || !Array.isArray(items)) throw client.invalid(`${path} gave no list`);
      for (const item of items) if (typeof item === 'object' && item !== null) sink.put(item as T);
      next = metadata?.continue || undefined;
      if (next === undefined) {
        sink.endList();
        this.#status.lists += 1;
        this.#status.synced = true;
        return version;
      }
    }
  }

  /** Returns when the server ends the watch, which it does from time to time. */
  async #watch(signal: AbortSignal): Promise<void> {
    const { client, random } = this.#runtime;
    const { watchSeconds, graceSeconds } = this.#limits;
    // Not all agents of a cluster come back at once.
    const seconds = Math.ceil(watchSeconds * (1 + random() / 2));
    const query = this.#query({
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: this.#version ?? '',
      timeoutSeconds: String(seconds),
    });
    const began = performance.now();
    const { events } = this.#status;
    const patienceMs = (seconds + graceSeconds) * 1000;
    const answer = await client.open(`${this.#options.path}?${query}`, { signal, patienceMs });
    this.#told = undefined;
    this.#status.synced = true;
    try {
      for await (const line of splitLines(answer, client)) this.#take(client.parse(line));
    } finally {
      answer.destroy();
    }
    const isEmpty = this.#status.events === events;
    if (isEmpty && performance.now() - began < SHORT_WATCH_MS) {
      const message = `${client.url}${this.#options.path}: the watch was dropped at once`;
      throw new SysprobeError('SP_KUBERNETES_UNREACHABLE', message);
    }
  }

  #take({ type, object }: Change): void {
    const { sink } = this.#options;
    const version = object?.metadata?.resourceVersion;
    if (type === 'ERROR' && object?.code === 410) throw new Gone(this.#options.path);
    if (type === 'ERROR' || object === undefined || version === undefined) {
      throw this.#runtime.client.invalid(`${this.#options.path}: ${object?.message ?? `an event ${type}`}`);
    }
    if (type === 'ADDED' || type === 'MODIFIED') sink.put(object as T);
    else if (type === 'DELETED') sink.remove(object as T);
    this.#version = version;
    this.#status.events += 1;
    this.#backoff.reset();
  }

  #query(more: Record<string, string>): URLSearchParams {
    const { fieldSelector } = this.#options;
    return new URLSearchParams({ ...(fieldSelector !== undefined && { fieldSelector }), ...more });
  }

  #failed(error: unknown): void {
    const status = this.#status;
    if (error instanceof Gone) {
      this.#version = undefined;
      status.gone += 1;
      status.synced = false;
      return;
    }
    const { code, message } =
      error instanceof SysprobeError
        ? error
        : new SysprobeError(
            'SP_KUBERNETES_UNREACHABLE',
            `${this.#runtime.client.url}: ${(error as Error).message}`,
          );
    // What was misunderstood may have told of a change.
    if (code === 'SP_KUBERNETES_INVALID') this.#version = undefined;
    status.synced = false;
    status.failures += 1;
    status.lastError = { code, message, at: new Date() };
    if (this.#told === message) return;
    this.#told = message;
    this.#runtime.log.warn({ code, path: status.path }, `cannot watch Kubernetes, trying again: ${message}`);
  }
}
