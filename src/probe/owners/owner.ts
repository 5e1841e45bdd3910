import { BoundedMap } from '../../lib/bounded-map.ts';
import { ownerHierarchy, readCgroupMounts } from './cgroup-mounts.ts';
import { type CgroupContainer, parseCgroupPath } from './cgroup-path.ts';
import { type CgroupChanges, CgroupTree, type CgroupTreeCounters } from './cgroup-tree.ts';
import { type ProcessInfo, ProcessTable, type ProcessTableCounters } from './process.ts';

/** Who is behind a socket; what is not known is absent. */
export interface Owner {
  container?: CgroupContainer;
  cgroup?: { id: number; path?: string };
  /** Executable of the process, as it sees it inside its own root. */
  exe?: string;
}

export interface OwnerQuery {
  /** Id of the socket's cgroup, in the hierarchy of ownerHierarchy(); 0 = not known. */
  cgroupId: number;
  /** 0 = not known. */
  pid: number;
  /** When the process used the socket, nanoseconds of CLOCK_BOOTTIME; keeps a later user of the pid out. */
  atNs?: number;
}

export interface OwnerResolverOptions {
  procRoot?: string;
  /** Where the host's cgroup hierarchies are mounted. */
  cgroupRoot?: string;
  /** Begun before this is made, so that no cgroup falls between its first look and the first change. */
  cgroupChanges?: CgroupChanges;
  maxCgroups?: number;
  maxProcesses?: number;
  /** The executable of a process that is known without a look at /proc, also of one that has ended. */
  exeAt?: (pid: number, atNs?: number) => string | undefined;
  /** Milliseconds that never go backwards. */
  now?: () => number;
}

export interface OwnerCounters {
  cgroups: CgroupTreeCounters;
  processes: ProcessTableCounters;
}

interface CgroupOwner {
  cgroup: { id: number; path: string };
  container?: CgroupContainer;
}

/** Tells the container, cgroup and executable behind a socket, from the cgroup tree and /proc. */
export class OwnerResolver {
  /** Cgroups remembered, and as many that are removed. */
  readonly maxCgroups: number;
  readonly #tree: CgroupTree;
  readonly #legacy: boolean;
  readonly #processes: ProcessTable;
  readonly #owners: BoundedMap<number, CgroupOwner>;
  readonly #exeAt: NonNullable<OwnerResolverOptions['exeAt']>;

  /** Looks for the cgroup hierarchies and reads the tree once. Throws when `procRoot` is not a proc file system. */
  constructor(options: OwnerResolverOptions = {}) {
    const { procRoot = '/proc', cgroupRoot, maxCgroups = 16_384, maxProcesses = 16_384 } = options;
    const clock = options.now === undefined ? {} : { now: options.now };
    const mounts = readCgroupMounts(procRoot, cgroupRoot);
    this.#legacy = mounts.legacy;
    this.maxCgroups = maxCgroups;
    this.#tree = new CgroupTree({
      root: ownerHierarchy(mounts, procRoot).root,
      changes: options.cgroupChanges,
      maxPaths: maxCgroups,
      ...clock,
    });
    this.#tree.scan();
    this.#owners = new BoundedMap(maxCgroups);
    this.#exeAt = options.exeAt ?? (() => undefined);
    this.#processes = new ProcessTable({ procRoot, maxProcesses, ...clock });
  }

  get counters(): OwnerCounters {
    return { cgroups: this.#tree.counters, processes: this.#processes.counters };
  }

  /**
   * Whether the containers of the whole host can be told apart by cgroup id. False where the cgroup tree is that of a
   * cgroup namespace: then the owner in an older cgroup is found only while its process lives.
   */
  get seesWholeHost(): boolean {
    return this.#tree.isWholeHost;
  }

  /** Learns of the cgroups that were made and removed since. */
  catchUp(): void {
    this.#tree.catchUp();
  }

  /**
   * The owner of a socket. Its cgroup decides: it is fixed when the socket is made and survives the process. The
   * cgroups of the process stand in where the id cannot be resolved, and on a hybrid host, where a container's
   * unified cgroup may be one that does not name it.
   */
  resolveOwner({ cgroupId, pid, atNs }: OwnerQuery): Owner {
    const exe = this.#exeAt(pid, atNs);
    const found = this.#owners.get(cgroupId);
    const isWhole =
      exe !== undefined && found !== undefined && (found.container !== undefined || !this.#legacy);
    const process = isWhole ? undefined : this.#processes.get(pid, atNs);
    const known = found ?? this.#resolveCgroup(cgroupId, process);
    const cgroup = known?.cgroup ?? (cgroupId > 0 ? { id: cgroupId } : undefined);
    const container =
      known?.container ?? (known === undefined || this.#legacy ? process?.container : undefined);
    const owner: Owner = {};
    if (container !== undefined) owner.container = container;
    if (cgroup !== undefined) owner.cgroup = cgroup;
    const executable = exe ?? process?.exe;
    if (executable !== undefined) owner.exe = executable;
    return owner;
  }

  #resolveCgroup(id: number, process: ProcessInfo | undefined): CgroupOwner | undefined {
    const path = this.#tree.path(id, process?.unifiedPath);
    if (path === undefined) return undefined;
    const container = parseCgroupPath(path);
    const owner: CgroupOwner = { cgroup: { id, path }, ...(container !== undefined && { container }) };
    this.#owners.set(id, owner);
    return owner;
  }
}
