import { readdirSync, statSync } from 'node:fs';
import { BoundedMap } from './bounded-map.ts';

export interface CgroupTreeOptions {
  /** Mount point of the cgroup2 hierarchy. */
  root: string;
  /** Directories that one scan may visit. */
  maxScanned?: number;
  /** Paths kept, those of removed cgroups included. */
  maxPaths?: number;
  /** Milliseconds that never go backwards. */
  now?: () => number;
}

/** Totals since the start, except `paths`, which is now. */
export interface CgroupTreeCounters {
  paths: number;
  evicted: number;
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
 * Path of a cgroup by its id, which is the inode of its directory in the cgroup2 hierarchy. An unknown id makes it look
 * at the tree again; paths of removed cgroups stay until newer ones need their place, so that the last events of
 * a container still find it.
 */
export class CgroupTree {
  readonly #root: string;
  readonly #maxScanned: number;
  readonly #now: () => number;
  readonly #paths: BoundedMap<number, string>;
  readonly #gone = new BoundedMap<number, true>(MAX_GONE);
  readonly #counters = { misses: 0, deferred: 0, gone: 0, scans: 0, scanMs: 0, truncated: 0 };
  #nextScanAt = Number.NEGATIVE_INFINITY;

  constructor({
    root,
    maxScanned = 8192,
    maxPaths = 16_384,
    now = performance.now.bind(performance),
  }: CgroupTreeOptions) {
    this.#root = root;
    this.#maxScanned = maxScanned;
    this.#now = now;
    this.#paths = new BoundedMap(maxPaths);
  }

  get counters(): CgroupTreeCounters {
    return { ...this.#counters, paths: this.#paths.size, evicted: this.#paths.evicted };
  }

  /**
   * The kernel gives the root cgroup the id 1. Any other inode means that this is the view of a cgroup
   * namespace, in which the other containers of the host do not appear.
   */
  get isWholeHost(): boolean {
    return statSync(this.#root, { throwIfNoEntry: false })?.ino === 1;
  }

  /**
   * Path from the hierarchy's root ("/" is the root itself) of the cgroup `id`; undefined when it is not known.
   * `guess` is where it may be, such as the cgroup of the process: one look there can save a scan.
   */
  path(id: number, guess?: string): string | undefined {
    return this.#paths.get(id) ?? this.#discover(id, guess);
  }

  /** Reads the whole tree, however short ago that was. */
  scan(): void {
    const startedAt = this.#now();
    const pending = ['/'];
    let scanned = 0;
    // Breadth first, the array growing as it is walked: where a scan must end early, it has seen the shallow cgroups.
    for (const path of pending) {
      if (scanned++ === this.#maxScanned) {
        this.#counters.truncated++;
        break;
      }
      this.#visit(path, pending);
    }
    const tookMs = this.#now() - startedAt;
    this.#counters.scans++;
    this.#counters.scanMs += tookMs;
    this.#nextScanAt = startedAt + Math.max(MIN_SCAN_INTERVAL_MS, tookMs * (1 + IDLE_FACTOR));
  }

  #discover(id: number, guess: string | undefined): string | undefined {
    if (id <= 0) return undefined;
    this.#counters.misses++;
    if (this.#gone.get(id) !== undefined) {
      this.#counters.gone++;
      return undefined;
    }
    if (guess !== undefined && this.#isAt(id, guess)) {
      this.#paths.set(id, guess);
      return guess;
    }
    if (this.#now() < this.#nextScanAt) {
      this.#counters.deferred++;
      return undefined;
    }
    const truncatedBefore = this.#counters.truncated;
    this.scan();
    const path = this.#paths.get(id);
    // Ids are not used again: what a whole scan does not see was removed, and no later scan will find it.
    if (path === undefined && this.#counters.truncated === truncatedBefore) {
      this.#gone.set(id, true);
      this.#counters.gone++;
    }
    return path;
  }

  #visit(path: string, pending: string[]): void {
    const directory = this.#root + (path === '/' ? '' : path);
    const stat = statSync(directory, { throwIfNoEntry: false });
    if (stat === undefined) return;
    this.#paths.set(stat.ino, path);
    // Two links are the directory and its own ".": no cgroup below, and reading its 40 files costs more than the rest.
    if (stat.nlink === 2) return;
    for (const name of childDirectories(directory))
      pending.push(path === '/' ? `/${name}` : `${path}/${name}`);
  }

  #isAt(id: number, path: string): boolean {
    if (!path.startsWith('/') || path.startsWith('/..')) return false;
    return statSync(this.#root + path, { throwIfNoEntry: false })?.ino === id;
  }
}

function childDirectories(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    // The cgroup was removed since its stat.
    if (isGone(error)) return [];
    throw error;
  }
}

function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENODEV';
}
