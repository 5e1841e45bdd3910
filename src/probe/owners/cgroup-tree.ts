import { statSync } from 'node:fs';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { isCgroupAt, walkCgroups } from './cgroup-walk.ts';

/** What the kernel tells of cgroups being made and removed. */
export interface CgroupChanges {
  /** Hands over every change since the last call, in order. */
  drain(to: Pick<CgroupTree, 'made' | 'removed'>): void;
}

export interface CgroupTreeOptions {
  /** Mount point of the cgroup2 hierarchy; without it there is no tree to look at. */
  root: string | undefined;
  /** Without it a cgroup is found by looking at the tree only, and one that lives too short is not. */
  changes?: CgroupChanges | undefined;
  /** Directories that one scan may visit. */
  maxScanned?: number;
  /** Paths kept, and as many of removed cgroups. */
  maxPaths?: number;
  /** Milliseconds that never go backwards. */
  now?: () => number;
}

/** Totals since the start, except `paths` and `removed`, which are now. */
export interface CgroupTreeCounters {
  paths: number;
  evicted: number;
  /** Paths of cgroups that are known to be removed. */
  removed: number;
  removedEvicted: number;
  /** Ids asked for that were not known yet. */
  misses: number;
  /** Misses that had to wait for the next scan; asking again later may succeed. */
  deferred: number;
  /** Misses of ids that are in the tree no more. */
  gone: number;
  scans: number;
  scanMs: number;
  /** Scans that ended at `maxScanned`, so that some cgroups were not seen. */
  truncated: number;
}

/** A scan costs 8 us a cgroup, on the event loop: idle for 20 times as long, it takes at most 5 % of one CPU. */
const IDLE_FACTOR = 20;
const MIN_SCAN_INTERVAL_MS = 50;
const MAX_GONE = 4096;

/**
 * Path of a cgroup by its id, which is the inode of its directory in the cgroup2 hierarchy. An unknown id makes it read
 * what changed, then look at the tree again. Paths of removed cgroups stay until newer ones need their place, so that
 * the last events of a container still find it.
 */
export class CgroupTree {
  readonly #root: string | undefined;
  readonly #changes: CgroupChanges | undefined;
  readonly #maxScanned: number;
  readonly #now: () => number;
  readonly #paths: BoundedMap<number, string>;
  readonly #removed: BoundedMap<number, string>;
  readonly #gone = new BoundedMap<number, true>(MAX_GONE);
  readonly #counters = { misses: 0, deferred: 0, gone: 0, scans: 0, scanMs: 0, truncated: 0 };
  #nextScanAt = Number.NEGATIVE_INFINITY;

  constructor({
    root,
    changes,
    maxScanned = 8192,
    maxPaths = 16_384,
    now = performance.now.bind(performance),
  }: CgroupTreeOptions) {
    this.#root = root;
    this.#changes = changes;
    this.#maxScanned = maxScanned;
    this.#now = now;
    this.#paths = new BoundedMap(maxPaths);
    this.#removed = new BoundedMap(maxPaths);
  }

  get counters(): CgroupTreeCounters {
    return {
      ...this.#counters,
      paths: this.#paths.size,
      evicted: this.#paths.evicted,
      removed: this.#removed.size,
      removedEvicted: this.#removed.evicted,
    };
  }

  /**
   * The kernel gives the root cgroup the id 1. Any other inode means that this is the view of a cgroup
   * namespace, in which the other containers of the host do not appear.
   */
  get isWholeHost(): boolean {
    return this.#root !== undefined && statSync(this.#root, { throwIfNoEntry: false })?.ino === 1;
  }

  /**
   * Path from the hierarchy's root ("/" is the root itself) of the cgroup `id`; undefined when it is not known.
   * `guess` is where it may be, such as the cgroup of the process: one look there can save a scan.
   */
  path(id: number, guess?: string): string | undefined {
    const known = this.#known(id);
    if (known !== undefined || id <= 0) return known;
    this.catchUp();
    return this.#known(id) ?? this.#discover(id, guess);
  }

  /** Applies the changes that are waiting. */
  catchUp(): void {
    this.#changes?.drain(this);
  }

  made(id: number, path: string): void {
    this.#paths.set(id, path);
  }

  /** It makes room for others before those that are there. */
  removed(id: number): void {
    const path = this.#paths.get(id);
    if (path === undefined) return;
    this.#paths.delete(id);
    this.#removed.set(id, path);
  }

  /** Reads the whole tree, however short ago that was. False when there is more of it than may be read. */
  scan(): boolean {
    if (this.#root === undefined) return true;
    const startedAt = this.#now();
    const whole = walkCgroups(this.#root, {
      max: this.#maxScanned,
      found: (id, path) => this.#paths.set(id, path),
    });
    const tookMs = this.#now() - startedAt;
    this.#counters.scans++;
    this.#counters.scanMs += tookMs;
    if (!whole) this.#counters.truncated++;
    this.#nextScanAt = startedAt + Math.max(MIN_SCAN_INTERVAL_MS, tookMs * (1 + IDLE_FACTOR));
    return whole;
  }

  #known(id: number): string | undefined {
    return this.#paths.get(id) ?? this.#removed.get(id);
  }

  #discover(id: number, guess: string | undefined): string | undefined {
    this.#counters.misses++;
    if (this.#gone.get(id) !== undefined) {
      this.#counters.gone++;
      return undefined;
    }
    if (guess !== undefined && this.#root !== undefined && isCgroupAt(this.#root, { id, path: guess })) {
      this.#paths.set(id, guess);
      return guess;
    }
    if (this.#now() < this.#nextScanAt) {
      this.#counters.deferred++;
      return undefined;
    }
    const whole = this.scan();
    const path = this.#paths.get(id);
    // Ids are not used again: what a whole scan does not see was removed, and no later scan will find it.
    if (path === undefined && whole) {
      this.#gone.set(id, true);
      this.#counters.gone++;
    }
    return path;
  }
}
