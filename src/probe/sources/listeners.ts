import { BoundedMap } from '../../lib/bounded-map.ts';

/**
 * The ports that something listens on, by network namespace. SO_REUSEPORT makes several sockets of one port. When it is
 * full, the longest unchanged goes: what it accepts and is not seen to open then passes for a client.
 */
export class ListenerSet {
  readonly max: number;
  readonly #sockets: BoundedMap<string, number>;

  constructor(max = 65_536) {
    this.max = max;
    this.#sockets = new BoundedMap(max);
  }

  add(netns: number, port: number): void {
    const key = `${netns}:${port}`;
    this.#sockets.set(key, (this.#sockets.get(key) ?? 0) + 1);
  }

  remove(netns: number, port: number): void {
    const key = `${netns}:${port}`;
    const left = (this.#sockets.get(key) ?? 0) - 1;
    if (left > 0) this.#sockets.set(key, left);
    else this.#sockets.delete(key);
  }

  has(netns: number, port: number): boolean {
    return this.#sockets.get(`${netns}:${port}`) !== undefined;
  }

  get size(): number {
    return this.#sockets.size;
  }

  get evicted(): number {
    return this.#sockets.evicted;
  }
}
