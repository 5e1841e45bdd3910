import load from 'node-gyp-build';
import { SysprobeError } from '../lib/errors.ts';
import { packageRoot } from '../lib/package-root.ts';
import { loadFfi } from './ffi/load.ts';

/**
 * The addon: libbpf behind a narrow interface. It moves bytes and reports errors; it decides nothing.
 * Every failure throws a NativeError.
 */
export interface Native {
  /**
   * Opens a BPF object from its bytes. What is truncated or no BPF object throws, but libbpf trusts the inside of a
   * well-formed file and may crash on a damaged one: compare a digest first where damage is possible.
   */
  BpfObject: new (
    image: Uint8Array,
    name: string,
  ) => BpfObject;
  /**
   * A NETLINK_NETFILTER socket in the network namespace of a file such as /proc/1/ns/net, which it keeps alive. Needs
   * CAP_SYS_ADMIN, and CAP_NET_ADMIN there to be answered; the calling thread stays in its own namespace.
   */
  Conntrack: new (
    netns: string,
  ) => Conntrack;
  /** `sizeof` of every record in bpf/events.h by struct name, and bpf/layout.gen.h's hash, as the addon was compiled. */
  layouts(): { sizes: Record<string, number>; hash: bigint };
  /** Both clocks read together, in nanoseconds: CLOCK_REALTIME and CLOCK_BOOTTIME. */
  clocks(): { realtime: bigint; boottime: bigint };
  /**
   * One NETLINK_SOCK_DIAG dump in the network namespace of a file such as /proc/1/ns/net. Fills `buffer` with
   * whole inet_diag_msg netlink payloads, each behind its u32 length and padded to a multiple of 4, and returns the
   * bytes written. `states` is a bit set of 1 << TCP state, `extensions` of 1 << (INET_DIAG_x - 1). Throws ENOBUFS
   * when the dump is larger than `buffer`. Needs CAP_SYS_ADMIN; the calling thread stays in its own namespace.
   */
  sockDiag(
    request: { netns: string; family: number; protocol: number; states: number; extensions: number },
    buffer: Uint8Array,
  ): number;
  /** Who connected to a Unix socket: `socket` is the descriptor of the accepted end. `pid` is 0 for one of another pid namespace. */
  peerCredentials(socket: number): { pid: number; uid: number; gid: number };
  /**
   * For ever and for every thread: no program can be started or loaded into the kernel, no socket of the network opened, no other process traced,
   * nothing mounted, no module loaded; what tries gets EPERM. Throws where the kernel has no seccomp.
   */
  confine(): void;
  /**
   * Starts `command`, a path and its arguments, in the place of this program and under its process id, where the kernel makes no
   * io_uring. Comes back only by throwing, such as EPERM or ENOSYS where none could be made anyway.
   */
  restartWithoutRings(command: readonly string[]): never;
}

export interface BpfObject {
  /** Before load(): sets a `const volatile` integer of .rodata. Throws ENOENT, or ERANGE when it does not fit. */
  setKnob(name: string, value: number | bigint): void;
  /** The current value of a `const volatile` integer of .rodata. Unknown name throws. */
  knob(name: string): bigint;
  /** Before load(). */
  setMaxEntries(map: string, entries: number): void;
  /** Before load(): programs load by default. */
  setAutoload(program: string, load: boolean): void;
  load(): void;
  /**
   * Attaches by the program's section, until close(); a cgroup program to the cgroup2 directory `cgroup`, beside
   * those that others attached. Throws when the kernel refuses.
   */
  attach(program: string, options?: { cgroup?: string }): void;
  /**
   * Opens a ring buffer map for reading. `onBacklog` is called, coalesced, when the kernel announced data (by
   * BPF_RB_FORCE_WAKEUP, or by default flags when the reader had caught up); until the next drain() it is not
   * called again. It may find the ring empty. An open ring keeps `onBacklog` and what it refers to alive, but not
   * the process; the addon's thread stops on close().
   */
  openRing(map: string, onBacklog: () => void): void;
  /**
   * Moves whole records, back to back, each padded with zeros to a multiple of 8, into `buffer`; returns the bytes
   * written. It stops when the ring is empty, before the first record that does not fit, and at a record that is
   * still being written. Throws ENOBUFS, and leaves the record, when not even one fits.
   */
  drain(map: string, buffer: Uint8Array): number;
  /** Bytes waiting in a ring buffer, with the kernel's 8-byte head of each record. */
  backlog(map: string): number;
  /**
   * Copies `(key, value)` pairs, back to back without padding, into `buffer` by BPF_MAP_LOOKUP_BATCH. Begin without
   * `token` and pass on what the last call returned; the walk is finished when `token` is undefined (the same
   * answer may still carry pairs). A hash map's bucket is read whole: ENOSPC asks for a larger buffer. What is
   * inserted or deleted meanwhile may or may not be seen; what stays is seen once. Not for per-CPU maps.
   */
  lookupBatch(
    map: string,
    buffer: Uint8Array,
    token?: Uint8Array,
  ): { count: number; token: Uint8Array | undefined };
  /** The same by BPF_MAP_LOOKUP_AND_DELETE_BATCH: what it returns is no longer in the map. Hash maps only. */
  takeBatch(
    map: string,
    buffer: Uint8Array,
    token?: Uint8Array,
  ): { count: number; token: Uint8Array | undefined };
  /**
   * Puts the map `inner` of this object into slot 0 of the array of maps `outer`. Resolves when no program runs any
   * more that found the map which was there before, so that nothing changes that one from then on: some
   * milliseconds, and more under load.
   */
  select(outer: string, inner: string): Promise<void>;
  lookup(map: string, key: Uint8Array): Uint8Array | undefined;
  update(map: string, key: Uint8Array, value: Uint8Array): void;
  /** False when the key was not there. */
  delete(map: string, key: Uint8Array): boolean;
  /** Sum over all CPUs of each element of a per-CPU array of u64. */
  counters(map: string): number[];
  /**
   * Reads the sockets stored as keys of `keys` through runs of `program`, which fills the memory-mapped array
   * `slots` of struct snapshot_slot; of those keys only `sockets`, 8 bytes each, when given. See Snapshot.
   */
  snapshot(options: {
    keys: string;
    slots: string;
    program: string;
    slotSize: number;
    sockets?: Uint8Array;
  }): Snapshot;
  /**
   * Runs a program by BPF_PROG_TEST_RUN with up to 12 u64 arguments as its raw tracepoint context, the rest zero;
   * returns the program's u32 result.
   */
  testRun(program: string, args?: (number | bigint)[]): number;
  /** Turns the kernel's run statistics on (BPF_ENABLE_STATS) until close(); costs 60-80 ns a run. */
  enableRunStats(): void;
  programs(): ProgramInfo[];
  maps(): MapInfo[];
  /**
   * Idempotent. Detaches, stops the reader threads, joins them, frees everything; every other call then throws
   * EBADF. It also happens when the object is collected and when its worker or the process ends.
   */
  close(): void;
}

export interface Conntrack {
  /**
   * Sends whole netlink messages, back to back, in one system call and fills `answers` with the kernel's, likewise;
   * returns the bytes written. The kernel answers at once, each message that asks for something with one or more. A
   * few dozen requests fit the socket's receive buffer. Throws ENOBUFS, and the answers are lost, when `answers` is
   * too small.
   */
  exchange(requests: Uint8Array, answers: Uint8Array): number;
  /** Idempotent; exchange() then throws EBADF. It also happens when the object is collected. */
  close(): void;
}

export interface Snapshot {
  /**
   * Fills `buffer` with the slots of the next sockets, back to back; returns the bytes written, 0 at the end.
   * A slot whose first u64 is 0 is a socket that closed meanwhile. Throws ENOBUFS when not one slot fits.
   */
  next(buffer: Uint8Array): number;
}

export interface ProgramInfo {
  name: string;
  section: string;
  loaded: boolean;
  attached: boolean;
  /** Zero until run statistics are on (enableRunStats). */
  runCount: number;
  runTimeNs: number;
  /** Runs that the kernel skipped because the program was at work on the same processor. Zero before Linux 5.12. */
  skipCount: number;
  verifiedInstructions: number;
}

export interface MapInfo {
  name: string;
  type: number;
  keySize: number;
  valueSize: number;
  maxEntries: number;
}

/**
 * What the addon throws. `code` is the errno's name (LIBBPF_x for libbpf's own errors), `operation` names the call
 * (`open` for the constructor), `log` is what libbpf said about it, newest last. The caller's mistakes have the same
 * form: EINVAL (arguments, order of calls), ENOENT (unknown name), EBADF (closed), EBUSY (too late), EEXIST (twice).
 */
export interface NativeError extends Error {
  code: string;
  errno: number;
  operation: string;
  log: string;
}

/** How the probe calls libbpf: through its own addon, or through the system's library without compiled code of ours. */
export type BindingName = 'addon' | 'ffi';

export function loadNative(binding: BindingName = 'addon'): Native {
  return binding === 'ffi' ? loadFfi() : loadAddon();
}

/** A prebuilt one when the package carries it, else what `npm run build` made. */
function loadAddon(): Native {
  try {
    return load(packageRoot) as Native;
  } catch (cause) {
    const failure = cause as NodeJS.ErrnoException;
    const message =
      failure.code === 'ERR_DLOPEN_FAILED'
        ? `the native addon does not load (${failure.message}); install libbpf 1.x and run: npm run build`
        : `there is no native addon for ${process.platform}-${process.arch}; in a checkout run: npm run build`;
    throw new SysprobeError('SP_ADDON_MISSING', message, { cause });
  }
}
