import { type Linked, LinkedQueue } from '../../lib/linked-queue.ts';
import type { OnMessage, TcpCounters } from './tcp-framer.ts';
import { type Segment, type StreamLimits, TcpStream } from './tcp-stream.ts';

export interface TcpStreamsOptions<Context> {
  /** Default 1,024. */
  maxConnections?: number;
  /** Bytes of messages that are not complete and of segments that wait, all together; default 8 MiB. */
  maxBufferedBytes?: number;
  /** A connection without a segment for as long is forgotten; default 10 minutes. */
  idleNs?: number;
  /** Default: 16 segments, 2 seconds. */
  limits?: StreamLimits;
  /** `context` is that of the connection's latest segment. Returns as `OnMessage` does. */
  onMessage: (context: Context, message: Parameters<OnMessage>[0]) => boolean;
}

export interface TcpPacket<Context> {
  socket: number;
  /** Whether the server sent it. */
  isAnswer: boolean;
  segment: Segment;
  context: Context;
}

interface Connection<Context> extends Linked<Connection<Context>> {
  readonly socket: number;
  context: Context;
  lastNs: number;
  questions: TcpStream;
  answers: TcpStream;
}

/** The DNS messages of TCP connections. Bounded: those without a segment for longest are forgotten, and counted. */
export class TcpStreams<Context> implements TcpCounters {
  retransmittedBytes = 0;
  gaps = 0;
  lostSteps = 0;
  /** Connections that made room for others. */
  evicted = 0;
  /** Connections that were forgotten in the middle of a message. */
  abandoned = 0;
  readonly maxConnections: number;
  readonly #maxBufferedBytes: number;
  readonly #idleNs: number;
  readonly #limits: StreamLimits;
  readonly #onMessage: TcpStreamsOptions<Context>['onMessage'];
  readonly #connections = new Map<number, Connection<Context>>();
  /** The one with the latest segment last. */
  readonly #queue = new LinkedQueue<Connection<Context>>();
  #bufferedBytes = 0;

  constructor(options: TcpStreamsOptions<Context>) {
    this.maxConnections = options.maxConnections ?? 1024;
    this.#maxBufferedBytes = options.maxBufferedBytes ?? 8 * 2 ** 20;
    this.#idleNs = options.idleNs ?? 600e9;
    this.#limits = options.limits ?? { maxWaiting: 16, maxWaitNs: 2e9 };
    this.#onMessage = options.onMessage;
  }

  get size(): number {
    return this.#connections.size;
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  push({ socket, isAnswer, segment, context }: TcpPacket<Context>): void {
    const connection = this.#connections.get(socket) ?? this.#connect(socket, context);
    this.#queue.remove(connection);
    this.#queue.append(connection);
    connection.context = context;
    connection.lastNs = segment.timeNs;
    const stream = isAnswer ? connection.answers : connection.questions;
    this.#bufferedBytes -= stream.bufferedBytes;
    stream.push(segment);
    this.#bufferedBytes += stream.bufferedBytes;
    this.#evict();
  }

  close(socket: number): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined) return;
    if (bufferedBytes(connection) > 0) this.abandoned++;
    this.#bufferedBytes -= bufferedBytes(connection);
    this.#connections.delete(socket);
    this.#queue.remove(connection);
  }

  /** The server sends no more. What waits for segments before it stays until expire(). */
  end(socket: number): void {
    const connection = this.#connections.get(socket);
    if (connection !== undefined && bufferedBytes(connection) === 0) this.close(socket);
  }

  /** To be called now and then: goes on without segments that did not come, forgets connections that are idle. */
  expire(nowNs: number): void {
    for (const [socket, connection] of this.#connections) {
      if (nowNs - connection.lastNs > this.#idleNs) this.close(socket);
      else {
        this.#bufferedBytes -= bufferedBytes(connection);
        connection.questions.expire(nowNs);
        connection.answers.expire(nowNs);
        this.#bufferedBytes += bufferedBytes(connection);
      }
    }
  }

  #connect(socket: number, context: Context): Connection<Context> {
    const onMessage: OnMessage = (message) => this.#onMessage(connection.context, message);
    const stream = () => new TcpStream({ limits: this.#limits, counters: this, onMessage });
    const [questions, answers] = [stream(), stream()];
    const links = { previous: undefined, next: undefined };
    const connection: Connection<Context> = { socket, context, lastNs: 0, questions, answers, ...links };
    this.#connections.set(socket, connection);
    this.#queue.append(connection);
    return connection;
  }

  #evict(): void {
    while (this.size > this.maxConnections || this.#bufferedBytes > this.#maxBufferedBytes) {
      const { first } = this.#queue;
      if (first === undefined) return;
      this.close(first.socket);
      this.evicted++;
    }
  }
}

function bufferedBytes({ questions, answers }: Connection<unknown>): number {
  return questions.bufferedBytes + answers.bufferedBytes;
}
