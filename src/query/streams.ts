import { SysprobeError } from '../lib/errors.ts';

export interface StreamLimits {
  /** Streams open at once. */
  max: number;
  /** A client that takes nothing for so long is disconnected. */
  patienceMs: number;
}

export interface StreamClient {
  headers: Record<string, string>;
  /** Drops the client's connection. */
  disconnect(): void;
}

/** Makes the text of a stream, piece by piece, as fast as the client takes it; ends soon after the signal. */
export type StreamBody = (signal: AbortSignal) => AsyncGenerator<string, void>;

/** The answers that take time or never end: bounded in number, and each holds one piece at most. */
export class Streams {
  readonly #limits: StreamLimits;
  readonly #open = new Set<AbortController>();

  constructor(limits: StreamLimits) {
    this.#limits = limits;
  }

  get counts(): { open: number; max: number } {
    return { open: this.#open.size, max: this.#limits.max };
  }

  /** Throws SP_TOO_MANY_READERS. */
  answer(body: StreamBody, client: StreamClient): Response {
    const stop = this.#begin();
    return this.#response(body(stop.signal), stop, client);
  }

  /** The same for an answer whose headers are known when it has been found. */
  async answerFound(
    find: () => Promise<{ headers: Record<string, string>; pieces: AsyncGenerator<string, void> }>,
    client: StreamClient,
  ): Promise<Response> {
    const stop = this.#begin();
    try {
      const { headers, pieces } = await find();
      return this.#response(pieces, stop, { ...client, headers: { ...client.headers, ...headers } });
    } catch (error) {
      this.#open.delete(stop);
      throw error;
    }
  }

  /** Ends all streams between two pieces. */
  close(): void {
    for (const stop of this.#open) stop.abort();
  }

  #begin(): AbortController {
    const { max } = this.#limits;
    if (this.#open.size >= max) {
      const message = `${max} streams are open, which is the limit; close some`;
      throw new SysprobeError('SP_TOO_MANY_READERS', message);
    }
    const stop = new AbortController();
    this.#open.add(stop);
    return stop;
  }

  #response(
    pieces: AsyncGenerator<string, void>,
    stop: AbortController,
    { headers, disconnect }: StreamClient,
  ): Response {
    return new Response(this.#stream(pieces, stop, disconnect), {
      headers: { 'cache-control': 'no-store', ...headers },
    });
  }

  #stream(
    pieces: AsyncGenerator<string, void>,
    stop: AbortController,
    disconnect: () => void,
  ): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder();
    let patience: NodeJS.Timeout | undefined;
    let cancelled = false;
    const end = () => {
      clearTimeout(patience);
      stop.abort();
      this.#open.delete(stop);
    };
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
      clearTimeout(patience);
      const { value } = await pieces.next().catch((error) => {
        end();
        throw error;
      });
      if (cancelled) return;
      if (value === undefined) {
        end();
        controller.close();
        return;
      }
      controller.enqueue(encoder.encode(value));
      patience = setTimeout(disconnect, this.#limits.patienceMs);
    };
    const cancel = async () => {
      cancelled = true;
      end();
      await pieces.return();
    };
    return new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
  }
}
