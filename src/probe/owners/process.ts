import { readFileSync, readlinkSync } from 'node:fs';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { type CgroupContainer, parseCgroupPath } from './cgroup-path.ts';
import {
  NS_PER_TICK,
  type ProcessStatus,
  parseCgroups,
  parseExe,
  parseStat,
  parseStatus,
} from './proc-files.ts';

export interface ProcessInfo {
  pid: number;
  /** Start time since boot in ticks of 10 ms: `pid` and `startTicks` together are never used twice. */
  startTicks: number;
  comm: string;
  /** As the process sees it, inside its own root; absent for kernel threads. */
  exe?: string;
  /** Its cgroup in the unified hierarchy. */
  unifiedPath?: string;
  /** By the first of its cgroups, unified and v1, whose path names one. */
  container?: CgroupContainer;
}

/** Reads one process from /proc; undefined when it is gone. */
export function readProcess(procRoot: string, pid: number): ProcessInfo | undefined {
  return unlessGone(() => {
    const stat = parseStat(readFileSync(`${procRoot}/${pid}/stat`, 'utf8'));
    if (stat === undefined) return undefined;
    const { unified, paths } = parseCgroups(readFileSync(`${procRoot}/${pid}/cgroup`, 'utf8'));
    const exe = readExe(`${procRoot}/${pid}/exe`);
    const container = firstContainer(paths);
    return {
      pid,
      startTicks: stat.startTicks,
      comm: stat.comm,
      ...(exe !== undefined && { exe }),
      ...(unified !== undefined && { unifiedPath: unified }),
      ...(container !== undefined && { container }),
    };
  });
}

/** Reads what only /proc/<pid>/status tells; undefined when the process is gone. */
export function readStatus(procRoot: string, pid: number): ProcessStatus | undefined {
  return unlessGone(() => parseStatus(readFileSync(`${procRoot}/${pid}/status`, 'utf8')));
}

export interface ProcessTableOptions {
  procRoot: string;
  /** Processes kept, those that ended included. */
  maxProcesses?: number;
  /** Processes read from /proc in any one second; 25 us each, so the default is 5 % of one CPU. */
  maxReadsPerSecond?: number;
  /** Milliseconds that never go backwards. */
  now?: () => number;
}

/** Totals since the start, except `processes`, which is now. */
export interface ProcessTableCounters {
  processes: number;
  evicted: number;
  reads: number;
  /** Reads that came too late: the process had ended. */
  vanished: number;
  /** Lookups that found the pid taken by a process younger than the event. */
  reused: number;
  /** Lookups beyond `maxReadsPerSecond`. */
  skipped: number;
}

/** Within this time a pid is taken to be the same process with the same executable. */
const FRESH_MS = 1000;
/** That a pid is not there is believed for so long: a burst of events of one ended process costs one read. */
const GONE_FRESH_MS = 100;
/** Events of a process that has ended since still find it for so long after it was last seen. */
const KEEP_MS = 5000;

interface Entry {
  /** Undefined: the process was gone before it could be read. */
  process: ProcessInfo | undefined;
  seenAt: number;
  checkedAt: number;
}

/** Processes by pid: read on demand, remembered past their end, and not confused with the next user of the pid. */
export class ProcessTable {
  readonly #procRoot: string;
  readonly #maxReadsPerSecond: number;
  readonly #now: () => number;
  readonly #entries: BoundedMap<number, Entry>;
  readonly #counters = { reads: 0, vanished: 0, reused: 0, skipped: 0 };
  #windowStart = Number.NEGATIVE_INFINITY;
  #windowReads = 0;

  constructor(options: ProcessTableOptions) {
    const { procRoot, maxProcesses = 16_384, maxReadsPerSecond = 2000 } = options;
    this.#procRoot = procRoot;
    this.#maxReadsPerSecond = maxReadsPerSecond;
    this.#now = options.now ?? performance.now.bind(performance);
    this.#entries = new BoundedMap(maxProcesses);
  }

  get counters(): ProcessTableCounters {
    return { ...this.#counters, processes: this.#entries.size, evicted: this.#entries.evicted };
  }

  /**
   * The process that had `pid` at `atNs`, nanoseconds of CLOCK_BOOTTIME; without it, the one that has it now.
   * Undefined when it is not known: gone before anyone asked, or the pid is not one (0).
   */
  get(pid: number, atNs = Number.POSITIVE_INFINITY): ProcessInfo | undefined {
    if (pid <= 0) return undefined;
    const now = this.#now();
    const known = this.#entries.get(pid);
    if (
      known !== undefined &&
      now - known.checkedAt < (known.process === undefined ? GONE_FRESH_MS : FRESH_MS)
    ) {
      return this.#ifOlder(known.process, atNs);
    }
    const kept = known !== undefined && now - known.seenAt < KEEP_MS ? known : undefined;
    if (!this.#mayRead(now)) return this.#ifOlder(kept?.process, atNs);
    return this.#ifOlder(this.#read(pid, now, kept), atNs);
  }

  #read(pid: number, now: number, kept: Entry | undefined): ProcessInfo | undefined {
    this.#counters.reads++;
    const process = readProcess(this.#procRoot, pid);
    if (process === undefined) this.#counters.vanished++;
    const entry =
      process === undefined
        ? { process: kept?.process, seenAt: kept?.seenAt ?? Number.NEGATIVE_INFINITY, checkedAt: now }
        : { process, seenAt: now, checkedAt: now };
    this.#entries.set(pid, entry);
    return entry.process;
  }

  #ifOlder(process: ProcessInfo | undefined, atNs: number): ProcessInfo | undefined {
    if (process === undefined || process.startTicks * NS_PER_TICK <= atNs) return process;
    this.#counters.reused++;
    return undefined;
  }

  #mayRead(now: number): boolean {
    if (now - this.#windowStart >= 1000) {
      this.#windowStart = now;
      this.#windowReads = 0;
    }
    if (this.#windowReads++ < this.#maxReadsPerSecond) return true;
    this.#counters.skipped++;
    return false;
  }
}

function readExe(path: string): string | undefined {
  try {
    return parseExe(readlinkSync(path));
  } catch (error) {
    // A kernel thread has none; without CAP_SYS_PTRACE that of another user may not be read.
    if (isGone(error) || codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM') return undefined;
    throw error;
  }
}

function firstContainer(paths: readonly string[]): CgroupContainer | undefined {
  for (const path of paths) {
    const container = parseCgroupPath(path);
    if (container !== undefined) return container;
  }
  return undefined;
}

function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** ESRCH: the process ended between open and read. */
function isGone(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH';
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
