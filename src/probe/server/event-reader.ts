import { type Cursor, formatCursor } from '../../wire/cursor.ts';
import type { LostMessage } from '../../wire/messages.ts';
import type { ReaderStatus } from '../../wire/status.ts';
import type { Batch, EventLog } from './event-log.ts';

interface Options {
  /** How the client is sent the events, for the status. */
  form: string;
  onMissed(events: number): void;
  onClose(): void;
}

let lastId = 0;

/** A place in the event log, which moves on with each next(). */
export class EventReader {
  readonly #id = ++lastId;
  readonly #log: EventLog;
  readonly #options: Options;
  /** Number of the last event that was read. */
  #position: number;
  #lost = 0;
  #restarted: boolean;
  #finishing = false;
  #wake: (() => void) | undefined;

  constructor(log: EventLog, after: Cursor, options: Options) {
    this.#log = log;
    this.#options = options;
    this.#restarted = after.run !== log.run;
    this.#position = this.#restarted ? 0 : after.seq;
  }

  get cursor(): string {
    return formatCursor({ run: this.#log.run, seq: this.#position });
  }

  /** What comes next; undefined = nothing yet. */
  next(): Batch | LostMessage | undefined {
    if (this.#restarted) {
      this.#restarted = false;
      return { type: 'lost', cursor: this.cursor, reason: 'restarted' };
    }
    const lost = this.#log.oldest - 1 - this.#position;
    if (lost > 0) {
      this.#position += lost;
      this.#lost += lost;
      this.#options.onMissed(lost);
      return { type: 'lost', cursor: this.cursor, lost, reason: 'overflow' };
    }
    const batch = this.#log.batchFrom(this.#position + 1);
    if (batch) this.#position = batch.firstSeq + batch.count - 1;
    return batch;
  }

  /** What comes next, waiting for it; ends only after finish(). */
  async *[Symbol.asyncIterator](): AsyncGenerator<Batch | LostMessage> {
    for (;;) {
      const item = this.next();
      if (item) yield item;
      else if (this.#finishing) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  /** Called when the log has grown. */
  wake(): void {
    this.#wake?.();
  }

  /** Ends the iteration when all that the log holds by now has been read. */
  finish(): void {
    this.#finishing = true;
    this.wake();
  }

  /** Takes the reader off the log. */
  close(): void {
    this.finish();
    this.#options.onClose();
  }

  status(): ReaderStatus {
    return {
      id: this.#id,
      form: this.#options.form,
      position: this.#position,
      lag: this.#log.head - this.#position,
      lost: this.#lost,
    };
  }
}
