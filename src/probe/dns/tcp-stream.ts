import { type OnMessage, type TcpCounters, TcpFramer } from './tcp-framer.ts';

/** Payload that one direction of a connection carried. */
export interface Segment {
  /** TCP's number of the first byte. */
  seq: number;
  /** As much of the payload as was copied; valid during the call. */
  bytes: Uint8Array;
  /** Of the payload. */
  length: number;
  timeNs: number;
}

export interface StreamLimits {
  /** Segments that wait for one before them; when more or longer, that one is lost. */
  maxWaiting: number;
  maxWaitNs: number;
}

/** Numbers so far apart are not of one connection: no receive window of a DNS client or server is as large. */
const MAX_DISTANCE = 2 ** 24;

/** Puts the segments of one direction of a connection in order, and finds the messages in them. */
export class TcpStream {
  readonly #framer: TcpFramer;
  readonly #limits: StreamLimits;
  readonly #counters: TcpCounters;
  #next: number | undefined;
  /** In the order of their numbers. */
  #waiting: Segment[] = [];
  #waitingBytes = 0;

  /** The first segment is taken for the beginning of a message. */
  constructor(options: { limits: StreamLimits; counters: TcpCounters; onMessage: OnMessage }) {
    const { limits, counters, onMessage } = options;
    this.#limits = limits;
    this.#counters = counters;
    this.#framer = new TcpFramer(counters, onMessage);
  }

  get bufferedBytes(): number {
    return this.#framer.bufferedBytes + this.#waitingBytes;
  }

  push(segment: Segment): void {
    const { seq, length, timeNs } = segment;
    if (length === 0) return;
    if (Math.abs(this.#ahead(seq)) > MAX_DISTANCE) this.#restart(seq);
    if (this.#ahead(seq) > 0) this.#wait(segment);
    else this.#deliver(segment);
    this.#deliverWaiting();
    this.expire(timeNs);
  }

  /** Goes on without what has been waited for too long. */
  expire(nowNs: number): void {
    const { maxWaiting, maxWaitNs } = this.#limits;
    for (;;) {
      const first = this.#waiting[0];
      if (first === undefined) return;
      if (this.#waiting.length <= maxWaiting && nowNs - first.timeNs <= maxWaitNs) return;
      this.#counters.gaps++;
      this.#framer.skip(this.#ahead(first.seq), first.timeNs);
      this.#next = first.seq;
      this.#deliverWaiting();
    }
  }

  /** How far a number is from the next byte; below 0 when it is before. */
  #ahead(seq: number): number {
    return distance(this.#next ?? seq, seq);
  }

  #restart(seq: number): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#framer.loseStep();
    this.#next = seq;
  }

  #wait(segment: Segment): void {
    const { seq, bytes } = segment;
    const later = this.#waiting.findIndex((other) => distance(seq, other.seq) > 0);
    const place = later === -1 ? this.#waiting.length : later;
    this.#waiting.splice(place, 0, { ...segment, bytes: bytes.slice() });
    this.#waitingBytes += bytes.length;
  }

  #deliverWaiting(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined || this.#ahead(first.seq) > 0) return;
      this.#waiting.shift();
      this.#waitingBytes -= first.bytes.length;
      this.#deliver(first);
    }
  }

  /** Hands on what is new of a segment that begins at the next byte, or before. */
  #deliver({ seq, bytes, length, timeNs }: Segment): void {
    const known = Math.min(length, -this.#ahead(seq));
    this.#counters.retransmittedBytes += known;
    if (known === length) return;
    this.#next = (seq + length) >>> 0;
    this.#framer.take(bytes.subarray(known), length - known, timeNs);
  }
}

/** The numbers wrap after 32 bits. */
function distance(from: number, to: number): number {
  return (to - from) | 0;
}
