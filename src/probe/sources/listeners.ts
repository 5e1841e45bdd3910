/** The ports that something listens on, by network namespace. SO_REUSEPORT makes several sockets of one port. */
export class ListenerSet {
  readonly #sockets = new Map<string, number>();

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
    return this.#sockets.has(`${netns}:${port}`);
  }

  get size(): number {
    return this.#sockets.size;
  }
}
