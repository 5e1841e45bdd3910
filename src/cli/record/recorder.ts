import { encodeMessage, MessageReader } from '../../wire/cbor.ts';
import type { Message } from '../../wire/messages.ts';
import type { Params } from '../filter-options.ts';
import { ask, askJson, bodyOf, type Query, type Server } from '../server.ts';
import type { SessionFile } from './session-file.ts';

export interface RecorderOptions {
  server: Server;
  /** Filters of events. */
  params: Params;
  file: SessionFile;
  /** Ends the recording between two items. */
  signal: AbortSignal;
}

export interface Recorded {
  records: number;
  events: number;
  lost: number;
}

/** Copies the records there are, and what happens behind them until the signal. */
export class Recorder {
  readonly recorded: Recorded = { records: 0, events: 0, lost: 0 };
  readonly #options: RecorderOptions;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { server, params, file, signal } = this.#options;
    const status = JSON.stringify(await askJson(server, { path: 'status' }));
    await file.write(encodeMessage({ type: 'session', at: now(), status }));
    const cursor = await this.#copy({ params });
    if (signal.aborted || cursor === undefined) return;
    await this.#copy({ params: [...params, ['follow', 'true'], ['after', cursor]], follow: true });
  }

  /** Resolves with the cursor of the list's end. */
  async #copy(query: Omit<Query, 'path'>): Promise<string | undefined> {
    const { server, file, signal } = this.#options;
    const answer = await ask(server, { ...query, path: 'events', accept: 'application/cbor-seq' });
    const stop = () => answer.destroy();
    signal.addEventListener('abort', stop);
    const reader = new MessageReader();
    let held: Buffer[] = [];
    let cursor: string | undefined;
    try {
      for await (const chunk of bodyOf(server, answer)) {
        for (const message of reader.push(chunk)) cursor = this.#count(message) ?? cursor;
        held.push(chunk);
        // Only whole items, so that the file can be ended and marked anywhere.
        if (!reader.isBetween) continue;
        await file.write(Buffer.concat([encodeMessage({ type: 'mark', at: now() }), ...held]));
        held = [];
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
    return cursor;
  }

  #count(message: Message): string | undefined {
    const { recorded } = this;
    switch (message.type) {
      case 'events':
        recorded.events += message.events.length;
        return undefined;
      case 'lost':
        recorded.lost += message.lost ?? 0;
        return undefined;
      case 'end':
        recorded.records += message.matched;
        return message.cursor;
      default:
        return undefined;
    }
  }
}

function now(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
