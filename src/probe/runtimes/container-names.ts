import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { BoundedMap } from '../../lib/bounded-map.ts';
import type { RuntimeSocket as Place } from '../../lib/config/runtime-sockets.ts';
import type { ContainerExit, ContainerInfo } from './runtime.ts';
import { RuntimeSocket, type RuntimeSocketStatus } from './runtime-socket.ts';

export interface ContainerNamesOptions {
  sockets: readonly Place[];
  /** Milliseconds that never go backwards. */
  now?: () => number;
}

/** A runtime may make the cgroup before it knows the container itself. */
const TRIES_AFTER_MS = [0, 100, 300, 600];
const MAX_AT_ONCE = 8;
const MAX_SEARCHES = 4096;
const MAX_CREATED = 4096;

/**
 * Asks the runtimes of this node what the containers are called. Every question ends within some seconds, whatever a
 * runtime does, and no more than MAX_AT_ONCE are under way.
 */
export class ContainerNames {
  readonly #sockets: readonly RuntimeSocket[];
  /** What the runtimes told by themselves, for containers that are gone before they can be asked about. */
  readonly #created = new BoundedMap<string, ContainerInfo>(MAX_CREATED);
  readonly #ends = new BoundedMap<string, ContainerExit>(MAX_CREATED);
  readonly #waiting: (() => void)[] = [];
  readonly #ended = new AbortController();
  #searching = 0;
  #underWay = 0;
  #named = 0;
  #unnamed = 0;
  #skipped = 0;

  constructor({ sockets, now = performance.now.bind(performance) }: ContainerNamesOptions) {
    const onCreated = (id: string, info: ContainerInfo) => this.#created.set(id, info);
    const onEnded = (id: string, exit: ContainerExit) => this.#ends.set(id, exit);
    this.#sockets = sockets.map((place) => new RuntimeSocket(place, { onCreated, onEnded, now }));
    setMaxListeners(MAX_SEARCHES, this.#ended.signal);
    // Connects what is there, so that what is created from now on is heard of.
    this.look();
  }

  /** Whether any runtime can be asked now. */
  look(): boolean {
    return this.#sockets.filter(({ isOpen }) => isOpen).length > 0;
  }

  get counters() {
    return {
      named: this.#named,
      unnamed: this.#unnamed,
      skipped: this.#skipped,
      searching: this.#searching,
    };
  }

  sockets(): RuntimeSocketStatus[] {
    return this.#sockets.map((socket) => socket.status());
  }

  /** Undefined: no runtime that answers knows the container. Does not reject. */
  async find(id: string): Promise<ContainerInfo | undefined> {
    if (this.#searching >= MAX_SEARCHES) {
      this.#skipped++;
      return this.#created.get(id);
    }
    this.#searching++;
    const info = await this.#search(id).finally(() => this.#searching--);
    if (info === undefined) this.#unnamed++;
    else this.#named++;
    return info;
  }

  /** How a container ended, where that was not seen. Undefined: no runtime knows. Does not reject. */
  async findExit(id: string): Promise<ContainerExit | undefined> {
    const known = () => this.#ends.get(id);
    const info = await this.#search(id, (found) => known() !== undefined || found?.exit !== undefined);
    const exit = known() ?? info?.exit;
    this.#ends.delete(id);
    return exit;
  }

  close(): void {
    this.#ended.abort();
    for (const socket of this.#sockets) socket.close();
  }

  /** Asks until the answer is enough, some times. */
  async #search(
    id: string,
    isEnough: (info: ContainerInfo | undefined) => boolean = (info) => info !== undefined,
  ): Promise<ContainerInfo | undefined> {
    let info = this.#created.get(id);
    for (const afterMs of TRIES_AFTER_MS) {
      if (afterMs > 0) await delay(afterMs, undefined, { signal: this.#ended.signal }).catch(() => undefined);
      if (this.#ended.signal.aborted || !this.look()) break;
      info = (await this.#ask(id)) ?? this.#created.get(id);
      if (isEnough(info)) break;
    }
    return info;
  }

  /** All runtimes at once, so that one that hangs keeps no other from answering. */
  async #ask(id: string): Promise<ContainerInfo | undefined> {
    if (this.#underWay >= MAX_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#underWay++;
    try {
      const open = this.#sockets.filter(({ isOpen }) => isOpen);
      return await firstKnown(open.map((socket) => socket.inspect(id)));
    } finally {
      this.#underWay--;
      this.#waiting.shift()?.();
    }
  }
}

/** What the first that knows answers; undefined when all have answered and none knows. */
function firstKnown(
  answers: readonly Promise<ContainerInfo | undefined>[],
): Promise<ContainerInfo | undefined> {
  const known = answers.map((answer) => answer.then((info) => info ?? Promise.reject()));
  return Promise.any(known).catch(() => undefined);
}
