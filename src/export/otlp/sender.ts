import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from '../../lib/backoff.ts';
import type { Logger } from '../../lib/log.ts';
import { encode, type Message } from '../../lib/protobuf.ts';
import type { SinkStatus } from '../sink.ts';
import { REQUESTS, type Signal } from './messages.ts';
import { type Outcome, type Receiver, transmit } from './transmit.ts';

export interface SenderOptions {
  signal: Signal;
  receiver: Receiver;
  log: Logger;
  /** Numbers from 0 to below 1, for the jitter of waits. */
  random: () => number;
}

interface Batch {
  body: Uint8Array;
  items: number;
}

/** What waits while the receiver does not take it: the oldest makes room, and is counted. */
const MAX_QUEUE_BYTES = 16 * 1024 * 1024;
const MAX_QUEUE_BATCHES = 64;
const LONGEST_WAIT_MS = 30_000;
/** For what waits when the agent stops. */
const GRACE_MS = 2_000;

/** Sends batches one after the other, each until the receiver has taken or refused it. */
export class OtlpSender {
  readonly #options: SenderOptions;
  readonly #backoff: Backoff;
  readonly #queue: Batch[] = [];
  readonly #dropped: Record<string, number> = {};
  readonly #stop = new AbortController();
  #sending: Batch | undefined;
  #bytes = 0;
  #sent = 0;
  #retries = 0;
  #lastError: string | undefined;
  #wake: (() => void) | undefined;
  #room: (() => void)[] = [];
  #stopping = false;
  #running: Promise<void> | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random, LONGEST_WAIT_MS);
  }

  get status(): SinkStatus {
    const waiting = [...this.#queue, ...(this.#sending ? [this.#sending] : [])];
    return {
      name: `otlp-${this.#options.signal}`,
      sent: this.#sent,
      queued: waiting.reduce((sum, { items }) => sum + items, 0),
      retries: this.#retries,
      dropped: { ...this.#dropped },
      ...(this.#lastError !== undefined && { lastError: this.#lastError }),
    };
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Takes a request of `items` points or events. */
  offer(request: object, items: number): void {
    const { signal, receiver } = this.#options;
    const body =
      receiver.protocol === 'http/json'
        ? Buffer.from(JSON.stringify(request))
        : encode(request as Message, REQUESTS[signal]);
    this.#queue.push({ body, items });
    this.#bytes += body.length;
    while (this.#queue.length > 1 && this.#isFull) this.#dropOldest();
    this.#wake?.();
  }

  /** Resolves when a batch would make no other one go, or when the sender ends. */
  async room(): Promise<void> {
    while (!this.#stopping && this.#queue.length + 1 >= MAX_QUEUE_BATCHES) {
      await new Promise<void>((resolve) => this.#room.push(resolve));
    }
  }

  drop(reason: string, items: number): void {
    if (items > 0) this.#dropped[reason] = (this.#dropped[reason] ?? 0) + items;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake?.();
    this.#freeRoom();
    const grace = setTimeout(() => this.#stop.abort(), GRACE_MS);
    await this.#running;
    clearTimeout(grace);
    for (const { items } of this.#queue.splice(0)) this.drop('stopped', items);
  }

  get #isFull(): boolean {
    return this.#queue.length > MAX_QUEUE_BATCHES || this.#bytes > MAX_QUEUE_BYTES;
  }

  #dropOldest(): void {
    const oldest = this.#take();
    if (oldest) this.drop('overflow', oldest.items);
  }

  #take(): Batch | undefined {
    const batch = this.#queue.shift();
    this.#bytes -= batch?.body.length ?? 0;
    return batch;
  }

  #freeRoom(): void {
    for (const resolve of this.#room.splice(0)) resolve();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      this.#sending = this.#take();
      this.#freeRoom();
      if (this.#sending === undefined) {
        if (this.#stopping) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      } else {
        await this.#deliver(this.#sending);
        this.#sending = undefined;
      }
    }
  }

  async #deliver(batch: Batch): Promise<void> {
    const { signal } = this.#stop;
    for (;;) {
      const outcome = await transmit(batch.body, this.#options, signal);
      if (signal.aborted && outcome.kind !== 'taken') return this.drop('stopped', batch.items);
      this.#tell(outcome);
      if (outcome.kind === 'refused') return this.drop('refused', batch.items);
      if (outcome.kind === 'taken') {
        this.#backoff.reset();
        this.#sent += batch.items - outcome.rejected;
        return this.drop('rejected', outcome.rejected);
      }
      this.#retries += 1;
      const wait = Math.max(this.#backoff.nextMs(), outcome.retryAfterMs ?? 0);
      await sleep(wait, undefined, { signal }).catch(() => {});
    }
  }

  /** One line for each change of state. */
  #tell(outcome: Outcome): void {
    const { log, signal } = this.#options;
    const before = this.#lastError;
    const error = outcome.kind === 'taken' ? outcome.warning : outcome.error;
    this.#lastError = error;
    if (error === before) return;
    if (error === undefined) log.info({ signal }, 'exporting to the OTLP receiver again');
    else if (outcome.kind === 'failed') log.warn({ signal }, `cannot export, trying again: ${error}`);
    else log.warn({ signal }, `the OTLP receiver did not take everything: ${error}`);
  }
}
