import { BoundedMap } from '../../lib/bounded-map.ts';
import { findSocketOwners, type SocketOwner } from '../sockdiag/socket-owners.ts';

const NOBODY: SocketOwner = { pid: 0, comm: '' };
/** 100 bytes each. */
const MAX_KNOWN = 16_384;
const MAX_WANTED = 4096;
/** A search reads the open files of every process: it may take a twentieth of the time. */
const REST = 19;

/**
 * The processes of sockets that have received and not sent: a datagram comes in no process's context, so they are
 * searched by the sockets' inodes, many at once and each only once.
 */
export class SocketHolders {
  readonly #procRoot: string;
  readonly #known = new BoundedMap<number, SocketOwner>(MAX_KNOWN);
  #wanted = new Set<number>();
  #isSearching = false;
  #restsUntilMs = 0;

  constructor(procRoot: string) {
    this.#procRoot = procRoot;
  }

  /** Who holds it, as far as known; else the next search() looks for it. */
  find(inode: number): SocketOwner | undefined {
    const owner = this.#known.get(inode);
    if (owner === undefined && inode !== 0 && this.#wanted.size < MAX_WANTED) this.#wanted.add(inode);
    return owner === NOBODY ? undefined : owner;
  }

  /** Somebody was seen to send. */
  learn(inode: number, { pid, comm }: SocketOwner): void {
    this.#wanted.delete(inode);
    if (this.#known.get(inode)?.pid !== pid) this.#known.set(inode, { pid, comm });
  }

  /** Searches /proc for what was asked for in vain, if anything, and returns what it found. May be called often. */
  async search(): Promise<Map<number, SocketOwner>> {
    const startedMs = performance.now();
    if (this.#isSearching || this.#wanted.size === 0 || startedMs < this.#restsUntilMs) return new Map();
    this.#isSearching = true;
    try {
      const wanted = this.#wanted;
      this.#wanted = new Set();
      const { owners } = await findSocketOwners(wanted, { procRoot: this.#procRoot });
      for (const inode of wanted) this.#known.set(inode, owners.get(inode) ?? NOBODY);
      return owners;
    } finally {
      this.#isSearching = false;
      const endedMs = performance.now();
      this.#restsUntilMs = endedMs + REST * (endedMs - startedMs);
    }
  }
}
