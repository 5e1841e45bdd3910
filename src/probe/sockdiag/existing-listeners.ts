import type { Native } from '../native.ts';
import { listListeners } from './dump.ts';
import { listNetns } from './netns.ts';
import { findSocketOwners } from './socket-owners.ts';

/** A socket that listened before the probe looked: what `listener_key` and `listener_owner` are made of. */
export interface ExistingListener {
  netns: number;
  port: number;
  /** AddressFamily; a v4-mapped address is IPv4. */
  family: number;
  /** 16 bytes, IPv4 in the first four; all zero = any. */
  address: Uint8Array;
  cgroupId: number;
  /** 0 = the kernel itself listens, or its process was not found. */
  pid: number;
  comm: string;
}

export interface ExistingListeners {
  entries: ExistingListener[];
  netnsVisited: number;
  skipped: {
    /** Namespaces that could not be read, or that were more than can be handled. */
    namespaces: number;
    /** Listeners beyond the maximum. */
    listeners: number;
    /** Listeners without a process. */
    owners: number;
    /** Processes that may not be looked into: needs CAP_SYS_PTRACE. */
    processes: number;
  };
}

/**
 * Finds every TCP listener of the node with its process. Several that share a port by SO_REUSEPORT are several entries.
 * Throws when `procRoot` is not a proc file system or sock_diag does not work at all.
 */
export async function findExistingListeners(options: {
  native: Pick<Native, 'sockDiag'>;
  procRoot: string;
  namedNetnsDir?: string;
}): Promise<ExistingListeners> {
  const { native, procRoot, namedNetnsDir } = options;
  const { namespaces, denied, truncated } = await listNetns({
    procRoot,
    ...(namedNetnsDir !== undefined && { namedDir: namedNetnsDir }),
  });
  const dump = await listListeners({ native, namespaces });
  const inodes = dump.sockets.map((socket) => socket.inode).filter((inode) => inode > 0);
  const { owners } = await findSocketOwners(inodes, { procRoot });
  const entries = dump.sockets.map((socket) => {
    const { netns, sourcePort: port, family, source: address, cgroupId } = socket;
    const { pid, comm } = owners.get(socket.inode) ?? { pid: 0, comm: '' };
    return { netns, port, family, address, cgroupId, pid, comm };
  });
  return {
    entries,
    netnsVisited: dump.netnsVisited,
    skipped: {
      namespaces: dump.netnsSkipped + (truncated ? 1 : 0),
      listeners: dump.socketsSkipped,
      owners: entries.filter((entry) => entry.pid === 0).length,
      processes: denied,
    },
  };
}
