import type { End } from './ends.ts';
import { addFigures, emptyFigures, type Figures } from './figures.ts';

/** All connections from one end to one port of another end. The finest grain of the map: every grouping sums these. */
export interface Conversation {
  readonly key: string;
  readonly protocol: string;
  readonly client: End;
  readonly server: End;
  readonly port: number;
  /** Connections that are tracked one by one. */
  tracked: number;
  /** Connections that are over, by when: bucket n is from n * bucketMs on. */
  readonly folded: Map<number, Figures>;
}

const BUCKETS = 30;

/**
 * The conversations of the node. A closed connection is folded into its conversation's time buckets, so a
 * conversation costs the same after a million connections; it is forgotten when its last bucket leaves the window.
 */
export class Conversations {
  readonly bucketMs: number;
  readonly #windowMs: number;
  readonly #maxIdle: number;
  readonly #byKey = new Map<string, Conversation>();
  /** Without tracked connections, the longest idle first. */
  readonly #idle = new Set<Conversation>();
  #evicted = 0;

  constructor(options: { windowMs: number; maxIdle: number }) {
    this.#windowMs = options.windowMs;
    this.#maxIdle = options.maxIdle;
    this.bucketMs = Math.max(1000, options.windowMs / BUCKETS);
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** Conversations without a tracked connection: at most maxIdle. */
  get idle(): number {
    return this.#idle.size;
  }

  /** Conversations that were forgotten within the window, because there were too many. */
  get evicted(): number {
    return this.#evicted;
  }

  [Symbol.iterator](): IterableIterator<Conversation> {
    return this.#byKey.values();
  }

  /** Counts one more tracked connection; each enter() needs a leave(). */
  enter(identity: Pick<Conversation, 'protocol' | 'client' | 'server' | 'port'>): Conversation {
    const { protocol, client, server, port } = identity;
    const key = `${protocol} ${port} ${client.key} ${server.key}`;
    let conversation = this.#byKey.get(key);
    if (conversation === undefined) {
      conversation = { key, protocol, client, server, port, tracked: 0, folded: new Map() };
      this.#byKey.set(key, conversation);
    }
    if (conversation.tracked === 0) this.#idle.delete(conversation);
    conversation.tracked += 1;
    return conversation;
  }

  leave(conversation: Conversation): void {
    conversation.tracked -= 1;
    if (conversation.tracked > 0) return;
    if (conversation.folded.size === 0) {
      this.#byKey.delete(conversation.key);
      return;
    }
    this.#idle.add(conversation);
    if (this.#idle.size <= this.#maxIdle) return;
    const [oldest] = this.#idle;
    if (oldest !== undefined) this.#forget(oldest);
    this.#evicted += 1;
  }

  /** Adds figures of connections that are over, at a time in milliseconds since the epoch. */
  fold(conversation: Conversation, figures: Figures, at: number): void {
    const bucket = Math.floor(at / this.bucketMs);
    let into = conversation.folded.get(bucket);
    if (into === undefined) {
      into = emptyFigures();
      conversation.folded.set(bucket, into);
    }
    addFigures(into, figures);
  }

  /** Forgets what is older than the window. */
  expire(now: number): void {
    const oldest = Math.floor((now - this.#windowMs) / this.bucketMs);
    for (const conversation of this.#byKey.values()) {
      for (const bucket of conversation.folded.keys()) {
        if (bucket < oldest) conversation.folded.delete(bucket);
      }
      if (conversation.tracked === 0 && conversation.folded.size === 0) this.#forget(conversation);
    }
  }

  #forget(conversation: Conversation): void {
    this.#idle.delete(conversation);
    this.#byKey.delete(conversation.key);
  }
}

/** Adds the buckets that reach into the window; false when there are none. */
export function addFolded(into: Figures, { folded }: Conversation, oldestBucket: number): boolean {
  let found = false;
  for (const [bucket, figures] of folded) {
    if (bucket < oldestBucket) continue;
    addFigures(into, figures);
    found = true;
  }
  return found;
}
