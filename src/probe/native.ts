import load from 'node-gyp-build';
import { SysprobeError } from '../lib/errors.ts';
import { packageRoot } from '../lib/package-root.ts';

/**
 * The addon: libbpf behind a narrow interface. It moves bytes and reports errors; it decides nothing.
 * Every failure throws a NativeError.
 */
export interface Native {
  BpfObject: new (image: Uint8Array, name: string) => BpfObject;
  /** `sizeof` of every record in bpf/events.h by struct name, and bpf/layout.gen.h's hash, as the addon was compiled. */
  layouts(): { sizes: Record<string, number>; hash: bigint };
  /** Both clocks read together, in nanoseconds: CLOCK_REALTIME and CLOCK_BOOTTIME. */
  clocks(): { realtime: bigint; boottime: bigint };
  /**
   * One NETLINK_SOCK_DIAG dump in the network namespace of a file such as /proc/1/ns/net. Fills `buffer` with
   * whole inet_diag_msg netlink payloads, each behind its u32 length (multiple of 4 padding), and returns the
   * bytes written. `states` is a bit set of 1 << TCP state, `extensions` of 1 << (INET_DIAG_x - 1).
   * Throws code ENOBUFS when `buffer` is too small.
   */
  sockDiag(
    request: { netns: string; family: number; protocol: number; states: number; extensions: number },
    buffer: Uint8Array,
  ): number;
}

export interface BpfObject {
  /** Before load(): sets a `const volatile` variable of .rodata by name. Unknown name or wrong size throws. */
  setKnob(name: string, value: number | bigint): void;
  /** The current value of a `const volatile` integer of .rodata. Unknown name throws. */
  knob(name: string): bigint;
  /** Before load(). */
  setMaxEntries(map: string, entries: number): void;
  /** Before load(): programs load by default. */
  setAutoload(program: string, load: boolean): void;
  load(): void;
  /** Attaches by the program's section. Throws when the kernel refuses. */
  attach(program: string): void;
  /**
   * Opens a ring buffer map for reading. `onBacklog` is called, coalesced, when the kernel announced data
   * (BPF_RB_FORCE_WAKEUP); until the next drain() it is not called again. The addon's thread stops on close().
   */
  openRing(map: string, onBacklog: () => void): void;
  /**
   * Moves whole records, back to back and 8-byte aligned, into `buffer`; returns the bytes written, 0 when
   * there is nothing. `buffer` must hold at least one record. Call again while the buffer came back nearly full.
   */
  drain(map: string, buffer: Uint8Array): number;
  /** Bytes waiting in a ring buffer. */
  backlog(map: string): number;
  /**
   * Copies `(key, value)` pairs of a hash map, back to back, into `buffer` by BPF_MAP_LOOKUP_BATCH, and returns the
   * number of pairs; false as second item when the walk is finished. `token` is undefined to begin.
   */
  lookupBatch(map: string, buffer: Uint8Array, token?: Uint8Array): { count: number; token: Uint8Array | undefined };
  lookup(map: string, key: Uint8Array): Uint8Array | undefined;
  update(map: string, key: Uint8Array, value: Uint8Array): void;
  /** False when the key was not there. */
  delete(map: string, key: Uint8Array): boolean;
  /** Sum over all CPUs of each u64 element of a per-CPU array. */
  counters(map: string): number[];
  /**
   * Reads the sockets stored as keys of `keys` through runs of `program`, which fills the memory-mapped array
   * `slots` of struct snapshot_slot. See Snapshot.
   */
  snapshot(options: { keys: string; slots: string; program: string; slotSize: number }): Snapshot;
  /** Runs a program by BPF_PROG_TEST_RUN with up to 12 u64 arguments as its raw tracepoint context. */
  testRun(program: string, args?: bigint[]): number;
  /** Turns the kernel's run statistics on (BPF_ENABLE_STATS) until close(); costs 60-80 ns a run. */
  enableRunStats(): void;
  programs(): ProgramInfo[];
  maps(): MapInfo[];
  /** Idempotent. Detaches, stops the reader thread, joins it, frees everything. */
  close(): void;
}

export interface Snapshot {
  /**
   * Fills `buffer` with the slots of the next sockets, back to back; returns the bytes written, 0 at the end.
   * A slot whose first u64 is 0 is a socket that closed meanwhile.
   */
  next(buffer: Uint8Array): number;
}

export interface ProgramInfo {
  name: string;
  section: string;
  attached: boolean;
  /** Zero until run statistics are on (enableRunStats). */
  runCount: number;
  runTimeNs: number;
  verifiedInstructions: number;
}

export interface MapInfo {
  name: string;
  type: number;
  keySize: number;
  valueSize: number;
  maxEntries: number;
}

/** What the addon throws: `operation` names the call, `log` is what libbpf said about it, newest last. */
export interface NativeError extends Error {
  code: string;
  errno: number;
  operation: string;
  log: string;
}


/** Loads the addon: a prebuilt one when the package carries it, else what `npm run build` made. */
export function loadNative(): Native {
  try {
    return load(packageRoot) as Native;
  } catch (cause) {
    throw new SysprobeError('SP_ADDON_MISSING', 'the native addon is not built; run: npm run build', { cause });
  }
}
