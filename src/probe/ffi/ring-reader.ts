import { closeSync } from 'node:fs';
import { refusal } from './failure.ts';
import type { Libraries } from './libraries.ts';
import type { BpfMap } from './map-io.ts';
import type { Memory } from './memory.ts';
import { Ring } from './ring.ts';

const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLLIN = 1;
const EPOLLET = 2 ** 31;
/** struct epoll_event: 16 bytes but on x86, where it is packed. */
const EVENT_SIZE = 16;
const UV_POLL = 8;
const UV_READABLE = 1;

/**
 * The event loop's watches over rings. ffi-napi cannot be called from a thread of our own, and one of libuv's pool that
 * waits would keep the process alive: so the loop itself watches, through libuv's own functions, and nothing waits.
 */
export class Watches {
  readonly libraries: Libraries;
  readonly #readers = new Set<RingReader>();
  readonly #callback: Buffer;
  readonly callbackAddress: number;

  constructor(libraries: Libraries) {
    this.libraries = libraries;
    this.#callback = libraries.callback(['address', 'int', 'int'], () => this.#look());
    this.callbackAddress = libraries.addressOf(this.#callback);
    // The loop still runs while the environment ends, when nothing of JavaScript may be called any more.
    process.on('exit', () => {
      for (const reader of this.#readers) reader.unwatch();
    });
  }

  add(reader: RingReader): void {
    this.#readers.add(reader);
  }

  delete(reader: RingReader): void {
    this.#readers.delete(reader);
  }

  #look(): void {
    for (const reader of this.#readers) reader.look();
  }
}

/**
 * A ring whose announcements are heard once, and then not again until the next drain: a program that announces every
 * record while JavaScript is busy wakes nobody. It keeps neither the event loop nor the process alive.
 */
export class RingReader {
  readonly #libraries: Libraries;
  readonly #watches: Watches;
  readonly #ring: Ring;
  readonly #onBacklog: () => void;
  readonly #epoll: number;
  readonly #event: Memory;
  /** uv_poll_t. */
  readonly #handle: Memory;
  #isWatched = false;
  #isClosed = false;

  constructor(watches: Watches, map: BpfMap, onBacklog: () => void) {
    const { libraries } = watches;
    const { c, uv, memory } = libraries;
    this.#libraries = libraries;
    this.#watches = watches;
    this.#onBacklog = onBacklog;
    this.#ring = new Ring(libraries, map);
    this.#event = memory.allocate(EVENT_SIZE);
    this.#handle = memory.allocate(uv.uv_handle_size(UV_POLL));
    this.#epoll = c.epoll_create1(EPOLL_CLOEXEC);
    try {
      if (this.#epoll < 0) throw refusal(libraries.errno(), 'epoll');
      this.#begin();
    } catch (error) {
      if (this.#epoll >= 0) closeSync(this.#epoll);
      this.#ring.unmap();
      throw error;
    }
    watches.add(this);
  }

  drain(out: Uint8Array): number {
    const used = this.#ring.drain(out);
    if (!this.#isWatched) this.#watch();
    return used;
  }

  backlog(): number {
    return this.#ring.backlog();
  }

  /** Calls back when the ring was announced. */
  look(): void {
    if (!this.#isWatched || this.#libraries.c.epoll_wait(this.#epoll, this.#event, 1, 0) <= 0) return;
    this.unwatch();
    // Outside of C, which would lose what it throws.
    setImmediate(() => {
      if (!this.#isClosed) this.#onBacklog();
    });
  }

  unwatch(): void {
    this.#isWatched = false;
    this.#libraries.uv.uv_poll_stop(this.#handle);
  }

  close(): void {
    this.#isClosed = true;
    this.#watches.delete(this);
    this.#libraries.uv.uv_close(this.#handle, 0);
    closeSync(this.#epoll);
    this.#ring.unmap();
    keepUntilClosed(this.#handle);
  }

  /** Edge-triggered: what a program submitted without announcing it must not wake the loop. */
  #begin(): void {
    const { c, uv, errno } = this.#libraries;
    this.#event.view.setUint32(0, EPOLLIN + EPOLLET, true);
    if (c.epoll_ctl(this.#epoll, EPOLL_CTL_ADD, this.#ring.fd, this.#event) !== 0) {
      throw refusal(errno(), 'epoll_ctl');
    }
    const error = uv.uv_poll_init(uv.uv_default_loop(), this.#handle, this.#epoll);
    if (error !== 0) throw refusal(-error, 'uv_poll_init');
    uv.uv_unref(this.#handle);
    this.#watch();
  }

  #watch(): void {
    this.#isWatched = true;
    this.#libraries.uv.uv_poll_start(this.#handle, UV_READABLE, this.#watches.callbackAddress);
  }
}

/** libuv lets go of a closed handle at the end of the loop's round, which comes before the second of two setImmediate. */
function keepUntilClosed(handle: Memory): void {
  setImmediate(() => setImmediate(() => handle.bytes.fill(0)));
}
