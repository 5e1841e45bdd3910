import { statSync } from 'node:fs';
import type { RuntimeSocket as Place } from '../../lib/config/runtime-sockets.ts';
import { CriClient } from './cri-client.ts';
import { DockerClient, type DockerClientOptions } from './docker-client.ts';
import type { ContainerInfo, RuntimeClient } from './runtime.ts';

const TIMEOUT_MS = 1000;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** Whether the socket is there is looked at no more often. */
const LOOK_MS = 1000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

export interface RuntimeSocketOptions extends Pick<DockerClientOptions, 'onCreated' | 'onEnded'> {
  /** Milliseconds that never go backwards. */
  now(): number;
}

export interface RuntimeSocketStatus {
  path: string;
  api: Place['api'];
  /** `absent`: nothing is there, as on most nodes at most of the usual places. */
  state: 'absent' | 'on' | 'failing';
  /** Of the last failure; also why it cannot be told whether something is there. */
  reason?: string;
  answers: number;
  failures: number;
}

/** One place where a runtime may be: asked when something is there, left alone for a while when it does not answer. */
export class RuntimeSocket {
  readonly #place: Place;
  readonly #options: RuntimeSocketOptions;
  #client: RuntimeClient | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #isThere = false;
  /** Why it cannot be told. */
  #hidden: string | undefined;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #failuresInARow = 0;
  #reason: string | undefined;
  #answers = 0;
  #failures = 0;

  constructor(place: Place, options: RuntimeSocketOptions) {
    this.#place = place;
    this.#options = options;
  }

  /** Whether it can be asked now. */
  get isOpen(): boolean {
    const now = this.#options.now();
    if (now - this.#lookedAt >= LOOK_MS) {
      this.#lookedAt = now;
      this.#isThere = this.#look();
      if (this.#isThere) this.#client ??= this.#connect();
      else this.close();
    }
    return this.#isThere && now >= this.#pausedUntil;
  }

  /** Undefined when it does not know the container or does not answer; status() tells which. */
  async inspect(id: string): Promise<ContainerInfo | undefined> {
    try {
      const info = await this.#client?.inspect(id);
      this.#answers++;
      this.#failuresInARow = 0;
      this.#reason = undefined;
      return info;
    } catch (error) {
      this.#failures++;
      this.#reason = (error as Error).message;
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** this.#failuresInARow, LONGEST_PAUSE_MS);
      // Questions that were under way together fail together, and count as one.
      if (this.#options.now() >= this.#pausedUntil) {
        this.#failuresInARow++;
        this.#pausedUntil = this.#options.now() + pauseMs;
      }
      return undefined;
    }
  }

  status(): RuntimeSocketStatus {
    const { path, api } = this.#place;
    const reason = this.#hidden ?? this.#reason;
    const isAbsent = !this.#isThere && this.#hidden === undefined;
    return {
      path,
      api,
      state: isAbsent ? 'absent' : reason === undefined ? 'on' : 'failing',
      ...(reason !== undefined && { reason }),
      answers: this.#answers,
      failures: this.#failures,
    };
  }

  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  /** A folder on the way may be one that this user may not go through. */
  #look(): boolean {
    this.#hidden = undefined;
    try {
      return statSync(this.#place.path, { throwIfNoEntry: false })?.isSocket() === true;
    } catch (error) {
      this.#hidden = (error as Error).message;
      return false;
    }
  }

  #connect(): RuntimeClient {
    const { onCreated, onEnded } = this.#options;
    const options = { socket: this.#place.path, timeoutMs: TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES };
    if (this.#place.api === 'cri') return new CriClient(options);
    return new DockerClient({ ...options, onCreated, onEnded });
  }
}
