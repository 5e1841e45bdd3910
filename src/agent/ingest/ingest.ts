import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from '../../lib/backoff.ts';
import { SysprobeError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { Row } from '../../wire/fields.ts';
import type { RecordKind } from '../../wire/kinds.ts';
import type { EventsMessage, EventType, Hello, LostMessage } from '../../wire/messages.ts';
import { StreamReader } from '../../wire/stream-reader.ts';
import { probeMessages } from './probe-stream.ts';

/** Takes what the probe tells. Rows are checked and in the order of this version. */
export interface RecordSink {
  /** `type` is that of the event; a list has none. */
  record(kind: RecordKind, row: Row, type?: EventType): void;
  /** A list of all records begins or ends. */
  beginList(): void;
  endList(): void;
  /** Another run of the probe: it gives other ids to flows that are still open. */
  probeRestarted(): void;
}

export interface IngestOptions {
  socketPath: string;
  sink: RecordSink;
  log: Logger;
  /** Numbers from 0 to below 1, for the jitter of waits. */
  random: () => number;
}

export interface IngestStatus {
  /** The records of the probe have been listed and are being followed. */
  connected: boolean;
  run: string | undefined;
  lastError: { code: string; message: string; at: Date } | undefined;
  /** Events that the probe could not keep for us. */
  lost: number;
  events: number;
  /** Events and messages of kinds that this version does not know. */
  unknown: number;
  /** Times that the stream broke, whatever the reason. */
  reconnects: number;
  /** Of those, how often what came was not the protocol. */
  invalid: number;
  /** Records that say what cannot be, and were left out. */
  refused: number;
  restarts: number;
}

/** Events after which others get their turn. */
const TURN_EVENTS = 2048;

/**
 * Reads the probe for as long as the agent runs: lists its records, then follows from the end of the list. A broken
 * stream is continued behind the last event that came; where the probe no longer has what came after it, everything
 * is listed again.
 */
export class Ingest {
  readonly #options: IngestOptions;
  readonly #backoff: Backoff;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #cursor: string | undefined;
  /** What the log said last: the same failure is not told again until the probe could be read in between. */
  #told: string | undefined;
  #sinceTurn = 0;
  #status: IngestStatus = {
    connected: false,
    run: undefined,
    lastError: undefined,
    lost: 0,
    events: 0,
    unknown: 0,
    reconnects: 0,
    invalid: 0,
    refused: 0,
    restarts: 0,
  };

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random);
  }

  get status(): Readonly<IngestStatus> {
    return this.#status;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        if (this.#cursor === undefined) this.#cursor = await this.#list();
        else await this.#follow(this.#cursor);
      } catch (error) {
        if (signal.aborted) break;
        this.#failed(error);
        await sleep(this.#backoff.nextMs(), undefined, { signal }).catch(() => {});
      }
    }
    this.#status.connected = false;
  }

  /** Resolves with the cursor of the list's end. */
  async #list(): Promise<string> {
    const { socketPath, sink } = this.#options;
    const stream = new StreamReader((error) => this.#refused(error));
    const { signal } = this.#stop;
    for await (const { messages, unknown } of probeMessages({ socketPath, path: '/v1/events', signal })) {
      this.#status.unknown += unknown;
      for (const message of messages) {
        const records = stream.read(message);
        if (message.type === 'hello') {
          this.#met(message);
          sink.beginList();
        }
        for (const { kind, row } of records) sink.record(kind, row);
        await this.#yield(records.length);
        if (message.type === 'end') {
          sink.endList();
          return message.cursor;
        }
      }
    }
    throw new SysprobeError('SP_SERVER_UNREACHABLE', `${socketPath}: the list of records broke off`);
  }

  /** Returns when the records must be listed again. */
  async #follow(after: string): Promise<void> {
    const { socketPath } = this.#options;
    const stream = new StreamReader((error) => this.#refused(error));
    this.#cursor = after;
    const { signal } = this.#stop;
    const path = `/v1/events?${new URLSearchParams({ follow: 'true', after })}`;
    for await (const { messages, unknown } of probeMessages({ socketPath, path, signal, follow: true })) {
      this.#status.unknown += unknown;
      for (const message of messages) {
        const records = stream.read(message);
        if (message.type === 'hello' && message.run !== this.#status.run) this.#cursor = undefined;
        else if (message.type === 'hello') this.#following();
        else if (message.type === 'lost') this.#lost(message);
        else if (message.type === 'events') {
          for (const { kind, row, type } of records) this.#options.sink.record(kind, row, type);
          await this.#behind(message, records.length);
        }
        if (this.#cursor === undefined) return;
      }
    }
    throw new SysprobeError('SP_SERVER_UNREACHABLE', `${socketPath}: system-probe ended the stream`);
  }

  async #behind({ cursor, events }: EventsMessage, known: number): Promise<void> {
    this.#status.events += events.length;
    this.#status.unknown += events.length - known;
    this.#cursor = cursor;
    await this.#yield(events.length);
  }

  /** What was lost is made up for by a list, as far as the probe still knows it. */
  #lost({ lost = 0, reason }: LostMessage): void {
    this.#status.lost += lost;
    this.#options.log.warn({ lost, reason }, 'events of the probe were lost; listing its records again');
    this.#cursor = undefined;
  }

  #met({ run }: Hello): void {
    const { sink } = this.#options;
    if (this.#status.run !== undefined && this.#status.run !== run) {
      this.#status.restarts += 1;
      sink.probeRestarted();
    }
    this.#status.run = run;
  }

  #following(): void {
    this.#backoff.reset();
    if (!this.#status.connected) {
      const { socketPath, log } = this.#options;
      log.info({ socket: socketPath, run: this.#status.run }, 'reading the probe');
    }
    this.#told = undefined;
    this.#status.connected = true;
  }

  /** A stream that breaks at one record would break there for ever. */
  #refused({ code, message }: SysprobeError): void {
    if (this.#status.refused === 0) this.#options.log.warn({ code }, `a record is left out: ${message}`);
    this.#status.refused += 1;
    this.#status.lastError = { code, message, at: new Date() };
  }

  #failed(error: unknown): void {
    const { code, message, cause } = asSysprobeError(error);
    // A cursor that the probe does not understand would be refused for ever.
    if (code === 'SP_QUERY_INVALID') this.#cursor = undefined;
    if (code === 'SP_WIRE_INVALID') this.#status.invalid += 1;
    this.#status.reconnects += 1;
    this.#status.connected = false;
    this.#status.lastError = { code, message, at: new Date() };
    if (this.#told === message) return;
    this.#told = message;
    const detail = code === 'SP_INTERNAL' ? { code, err: cause } : { code };
    this.#options.log.warn(detail, `cannot read the probe, trying again: ${message}`);
  }

  async #yield(events: number): Promise<void> {
    this.#sinceTurn += events;
    if (this.#sinceTurn < TURN_EVENTS) return;
    this.#sinceTurn = 0;
    await nextTurn();
  }
}

function asSysprobeError(error: unknown): SysprobeError {
  if (error instanceof SysprobeError) return error;
  const message = `reading the probe failed: ${error instanceof Error ? error.message : error}`;
  return new SysprobeError('SP_INTERNAL', message, { cause: error });
}
