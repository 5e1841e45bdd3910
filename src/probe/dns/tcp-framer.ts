/**
 * A message that TCP carried. `bytes` are valid during the call; they are fewer than `length` when what follows them
 * was not copied or was lost. Returns whether the bytes are a message: when not, they are from the middle of one.
 */
export type OnMessage = (message: { bytes: Uint8Array; length: number; timeNs: number }) => boolean;

export interface TcpCounters {
  /** Bytes that had come before. */
  retransmittedBytes: number;
  /** Times that segments did not come, or too late. */
  gaps: number;
  /** Times that it was not known any more where the next message begins. */
  lostSteps: number;
}

const PREFIX_BYTES = 2;
/** A header alone. */
const MIN_MESSAGE_BYTES = 12;
const NONE = -1;
const EMPTY = new Uint8Array();

/**
 * Finds the messages in the bytes of one direction of a connection, each after its length (RFC 1035 §4.2.2). Where
 * bytes are missing that had a length among them, it is out of step until a segment holds whole messages alone.
 */
export class TcpFramer {
  readonly #counters: TcpCounters;
  readonly #onMessage: OnMessage;
  #inStep = true;
  /** First byte of a length whose second is not there yet. */
  #halfLength = NONE;
  /** Of the message that has begun, and how much of it is to come. */
  #length = 0;
  #missing = 0;
  /** The beginning of the message, when it came in parts. */
  #kept: Uint8Array = EMPTY;
  #keptBytes = 0;
  #hasHole = false;

  constructor(counters: TcpCounters, onMessage: OnMessage) {
    this.#counters = counters;
    this.#onMessage = onMessage;
  }

  get bufferedBytes(): number {
    return this.#kept.length;
  }

  /** What comes next in the stream: `bytes` of it are known, the rest of `length` is not. */
  take(bytes: Uint8Array, length: number, timeNs: number): void {
    if (!this.#inStep) this.#inStep = holdsWholeMessages(bytes, length);
    let at = 0;
    while (this.#inStep && at < bytes.length) {
      at = this.#missing === 0 ? this.#readLength(bytes, at) : this.#readBody(bytes, at, timeNs);
    }
    if (length > bytes.length) this.skip(length - bytes.length, timeNs);
  }

  /** As many bytes of the stream are not known. */
  skip(length: number, timeNs: number): void {
    if (!this.#inStep) return;
    if (length > this.#missing) {
      const hasBegun = this.#missing > 0;
      if (hasBegun) this.#report(this.#kept.subarray(0, this.#keptBytes), timeNs);
      this.loseStep();
      return;
    }
    this.#hasHole = true;
    this.#missing -= length;
    if (this.#missing === 0) this.#report(this.#kept.subarray(0, this.#keptBytes), timeNs);
  }

  loseStep(): void {
    if (!this.#inStep) return;
    this.#counters.lostSteps++;
    this.#inStep = false;
    this.#halfLength = NONE;
    this.#endMessage();
  }

  #readLength(bytes: Uint8Array, at: number): number {
    const byte = bytes[at] ?? 0;
    if (this.#halfLength === NONE) {
      this.#halfLength = byte;
      return at + 1;
    }
    this.#length = (this.#halfLength << 8) | byte;
    this.#missing = this.#length;
    this.#halfLength = NONE;
    if (this.#length < MIN_MESSAGE_BYTES) this.loseStep();
    return at + 1;
  }

  #readBody(bytes: Uint8Array, at: number, timeNs: number): number {
    const end = Math.min(bytes.length, at + this.#missing);
    const part = bytes.subarray(at, end);
    this.#missing -= part.length;
    if (this.#missing === 0 && this.#keptBytes === 0 && !this.#hasHole) this.#report(part, timeNs);
    else {
      if (!this.#hasHole) this.#keep(part);
      if (this.#missing === 0) this.#report(this.#kept.subarray(0, this.#keptBytes), timeNs);
    }
    return end;
  }

  #keep(part: Uint8Array): void {
    const size = this.#keptBytes + part.length;
    if (size > this.#kept.length) {
      // No more than has come, twice: a length costs its sender two bytes.
      const larger = new Uint8Array(Math.min(this.#length, 2 * size));
      larger.set(this.#kept.subarray(0, this.#keptBytes));
      this.#kept = larger;
    }
    this.#kept.set(part, this.#keptBytes);
    this.#keptBytes = size;
  }

  #report(bytes: Uint8Array, timeNs: number): void {
    const isMessage = this.#onMessage({ bytes, length: this.#length, timeNs });
    // A beginning that is too short to tell is no reason to doubt where it began.
    if (isMessage || this.#hasHole) this.#endMessage();
    else this.loseStep();
  }

  #endMessage(): void {
    this.#missing = 0;
    this.#hasHole = false;
    this.#kept = EMPTY;
    this.#keptBytes = 0;
  }
}

function holdsWholeMessages(bytes: Uint8Array, length: number): boolean {
  let at = 0;
  while (at < length) {
    const [high, low] = bytes.subarray(at, at + PREFIX_BYTES);
    if (high === undefined || low === undefined) return false;
    const size = (high << 8) | low;
    if (size < MIN_MESSAGE_BYTES) return false;
    at += PREFIX_BYTES + size;
  }
  return at === length;
}
