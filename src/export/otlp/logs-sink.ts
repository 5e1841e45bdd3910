import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { LoggedEventType } from '../../lib/config/exports.ts';
import type { Sink, SinkStatus } from '../sink.ts';
import { type LoggedEvent, logOf } from './logs.ts';
import type { KeyValue } from './messages.ts';
import { logsRequest } from './resource.ts';
import { OtlpSender, type SenderOptions } from './sender.ts';

/** Events of one kind of records, from now on. */
export interface EventFeed {
  follow(): EventFollower;
}

export interface EventFollower {
  /** What came since the last call, at most `max`, each with its type. */
  next(max: number): object[];
  /** Resolves when there may be something new, or it was closed. */
  wait(): Promise<void>;
  close(): void;
}

export interface OtlpLogsOptions extends Omit<SenderOptions, 'signal'> {
  resource: { attributes: KeyValue[] };
  feeds: readonly EventFeed[];
  types: readonly LoggedEventType[];
  now: () => number;
}

const MAX_RECORDS = 512;
/** What comes within it goes in one request. */
const GATHER_MS = 500;

/** Sends events as they happen. While the receiver takes none it reads none: the feeds count what they cannot keep. */
export class OtlpLogs implements Sink {
  readonly #options: OtlpLogsOptions;
  readonly #sender: OtlpSender;
  readonly #stop = new AbortController();
  /** By a clock that is not set. */
  readonly #startedAt = performance.now();
  #followers: EventFollower[] = [];
  #running: Promise<unknown> | undefined;

  constructor(options: OtlpLogsOptions) {
    this.#options = options;
    this.#sender = new OtlpSender({ ...options, signal: 'logs' });
  }

  get status(): SinkStatus {
    return this.#sender.status;
  }

  start(): void {
    this.#sender.start();
    this.#followers = this.#options.feeds.map((feed) => feed.follow());
    this.#running = Promise.all(this.#followers.map((follower) => this.#forward(follower)));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    for (const follower of this.#followers) {
      this.#read(follower);
      follower.close();
    }
    await Promise.all([this.#running, this.#sender.stop()]);
  }

  async #forward(follower: EventFollower): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await follower.wait();
      await sleep(GATHER_MS, undefined, { signal }).catch(() => {});
      for (let mayHaveMore = true; mayHaveMore && !signal.aborted; ) {
        await this.#sender.room();
        mayHaveMore = this.#read(follower);
        await nextTurn();
      }
    }
  }

  /** Whether there may be more. What happened before the agent ran was told by the one before. */
  #read(follower: EventFollower): boolean {
    const { types, now, resource } = this.#options;
    const wanted: ReadonlySet<string> = new Set(types);
    const events = follower.next(MAX_RECORDS) as LoggedEvent[];
    for (const { type, lost } of events) if (type === 'lost') this.#sender.drop('missed', Number(lost ?? 0));
    const nowMs = now();
    const startNs = (nowMs - (performance.now() - this.#startedAt)) * 1e6;
    const records = events
      .filter(({ type }) => wanted.has(type))
      .map((event) => logOf(event, nowMs))
      .filter(({ timeUnixNano }) => Number(timeUnixNano ?? Number.POSITIVE_INFINITY) >= startNs);
    if (records.length > 0) this.#sender.offer(logsRequest(resource, records), records.length);
    return events.length >= MAX_RECORDS;
  }
}
