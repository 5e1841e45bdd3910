import { type Linked, LinkedQueue } from '../lib/linked-queue.ts';
import type { End } from './ends.ts';
import type { Figures } from './figures.ts';
import { Slots, slotMsOf } from './slots.ts';

/** All connections from one end to one port of another end. The finest grain of the map: every grouping sums these. */
export interface Conversation extends Linked<Conversation> {
  readonly key: string;
  /** Given to no other one later. */
  readonly number: number;
  readonly protocol: string;
  readonly client: End;
  readonly server: End;
  readonly port: number;
  /** Connections that are tracked one by one. */
  tracked: number;
  /** The latest slot with figures of it. */
  newestSlot: number;
}

export interface ConversationsOptions {
  /** How far back figures are kept. */
  windowMs: number;
  maxIdle: number;
  /** Of figures that are not added to any more. */
  maxBytes: number;
}

const NEVER = Number.NEGATIVE_INFINITY;

/**
 * The conversations of the node. What connections do is added to the time slots of their conversation, so a
 * conversation costs the same after a million connections; it is forgotten when its last slot leaves the window.
 */
export class Conversations {
  readonly slots: Slots;
  readonly #maxIdle: number;
  readonly #byKey = new Map<string, Conversation>();
  readonly #byNumber = new Map<number, Conversation>();
  /** Without tracked connections, the longest idle first. */
  readonly #idle = new LinkedQueue<Conversation>();
  /** The same, of which there are no figures: a connection is often entered anew when it is known who its ends are. */
  readonly #unused = new LinkedQueue<Conversation>();
  #last = 0;
  #evicted = 0;

  constructor({ windowMs, maxIdle, maxBytes }: ConversationsOptions) {
    this.#maxIdle = maxIdle;
    this.slots = new Slots({ windowMs, slotMs: slotMsOf(windowMs), maxBytes });
  }

  get size(): number {
    return this.#byKey.size - this.#unused.size;
  }

  /** Conversations without a tracked connection: at most maxIdle. */
  get idle(): number {
    return this.#idle.size;
  }

  /** Conversations that were forgotten within the window, because there were too many. */
  get evicted(): number {
    return this.#evicted;
  }

  /** Undefined when it has been forgotten. */
  byNumber(number: number): Conversation | undefined {
    return this.#byNumber.get(number);
  }

  /** Counts one more tracked connection; each enter() needs a leave(). */
  enter(identity: Pick<Conversation, 'protocol' | 'client' | 'server' | 'port'>): Conversation {
    const { protocol, client, server, port } = identity;
    const key = `${protocol} ${port} ${client.key} ${server.key}`;
    const conversation = this.#byKey.get(key) ?? this.#add(key, { protocol, client, server, port });
    if (conversation.tracked === 0) this.#waitingIn(conversation).remove(conversation);
    conversation.tracked += 1;
    return conversation;
  }

  leave(conversation: Conversation): void {
    conversation.tracked -= 1;
    if (conversation.tracked > 0) return;
    const waiting = this.#waitingIn(conversation);
    waiting.append(conversation);
    if (waiting.size <= this.#maxIdle || waiting.first === undefined) return;
    this.#forget(waiting.first);
    if (waiting === this.#idle) this.#evicted += 1;
  }

  /** Where to add what connections of the conversation did then; undefined when it is of before all that is kept. */
  figures(conversation: Conversation, time: number): Figures | undefined {
    const figures = this.slots.at(conversation.number, time);
    if (figures !== undefined) {
      conversation.newestSlot = Math.max(conversation.newestSlot, this.slots.slotOf(time));
    }
    return figures;
  }

  /** Forgets what is older than the window. */
  expire(now: number): void {
    this.slots.expire(now);
    for (const conversation of this.#byKey.values()) {
      if (conversation.tracked === 0 && conversation.newestSlot < this.slots.first)
        this.#forget(conversation);
    }
  }

  /** The queue of a conversation without tracked connections. */
  #waitingIn({ newestSlot }: Conversation): LinkedQueue<Conversation> {
    return newestSlot === NEVER ? this.#unused : this.#idle;
  }

  #add(key: string, identity: Pick<Conversation, 'protocol' | 'client' | 'server' | 'port'>): Conversation {
    this.#last += 1;
    const links = { previous: undefined, next: undefined };
    const conversation = { key, number: this.#last, ...identity, tracked: 0, newestSlot: NEVER, ...links };
    this.#unused.append(conversation);
    this.#byKey.set(key, conversation);
    this.#byNumber.set(this.#last, conversation);
    return conversation;
  }

  #forget(conversation: Conversation): void {
    this.#waitingIn(conversation).remove(conversation);
    this.#byKey.delete(conversation.key);
    this.#byNumber.delete(conversation.number);
  }
}
