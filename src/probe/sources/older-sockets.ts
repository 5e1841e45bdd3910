import {
  ConnRole,
  FlowFlag,
  type FlowRecord,
  IpProtocol,
  ListenerKey,
  ListenerOwner,
  RecordKind,
} from '../events.gen.ts';
import type { FlowTable } from '../flows/table.ts';
import { writeFlowRecord } from '../flows/write-record.ts';
import type { Translator } from '../nat/translator.ts';
import type { Native } from '../native.ts';
import { listConnections, type NodeSocket, type SocketDump } from '../sockdiag/dump.ts';
import { type ExistingListener, findExistingListeners } from '../sockdiag/existing-listeners.ts';
import { listNetns } from '../sockdiag/netns.ts';
import { findSocketOwners, type SocketOwner } from '../sockdiag/socket-owners.ts';
import type { ListenerSet } from './listeners.ts';
import type { TcpSource } from './tcp.ts';

export interface OlderSocketsOptions {
  native: Native;
  table: FlowTable;
  tcp: TcpSource;
  listeners: ListenerSet;
  translator: Pick<Translator, 'enqueue' | 'resolve'>;
  /** Sockets do not know their cgroup. */
  cgroupV1: boolean;
  procRoot: string;
  bootNs(): number;
}

interface OlderConnection {
  owner: SocketOwner | undefined;
  netns: number;
}

/** The translator's queue holds twice as many. */
const LOOKUPS_AT_ONCE = 4096;

/**
 * Sockets that were there before the probe. Listeners give the sockets they accept an owner; connections are in the
 * table from the start, with counters as often as refresh() is called and exact ones when they close.
 */
export class OlderSockets {
  readonly #options: OlderSocketsOptions;
  /** By their cookies, connections that are still open. */
  #open = new Map<number, OlderConnection>();

  constructor(options: OlderSocketsOptions) {
    this.#options = options;
  }

  /** Connections still open that are older than the probe. */
  get size(): number {
    return this.#open.size;
  }

  /** Why older sockets are not known; undefined when they are. */
  refusal: string | undefined;

  /**
   * Once, after the programs are attached: from then on no socket is missed in between. What the kernel refuses here
   * costs only what was there before.
   */
  async discover(): Promise<void> {
    try {
      await this.#discover();
    } catch (error) {
      this.refusal = (error as Error).message;
    }
  }

  async #discover(): Promise<void> {
    const { native, procRoot, listeners, table, tcp, translator } = this.#options;
    for (const entry of (await findExistingListeners({ native, procRoot })).entries) {
      if (!listeners.has(entry.netns, entry.port)) listeners.add(entry.netns, entry.port);
      if (entry.pid !== 0) tcp.addListener(...listenerEntry(entry));
    }
    const { sockets } = await this.#connections();
    const inodes = sockets.map((socket) => socket.inode).filter((inode) => inode > 0);
    const { owners } = await findSocketOwners(inodes, { procRoot });
    const tracked = this.#trackedCookies();
    const records = sockets
      .filter((socket) => !tracked.has(Number(socket.cookie)))
      .map((socket) => {
        const owner = owners.get(socket.inode);
        this.#open.set(Number(socket.cookie), { owner, netns: socket.netns });
        return this.#record(socket, owner);
      });
    for (let at = 0; at < records.length; at += LOOKUPS_AT_ONCE) {
      const some = records.slice(at, at + LOOKUPS_AT_ONCE);
      for (const record of some) translator.enqueue(record);
      translator.resolve();
      for (const record of some) table.adopt(record);
    }
  }

  /** Reads the counters of those that are still open: as long as there are some. */
  async refresh(): Promise<void> {
    const { table, tcp } = this.#options;
    this.#forgetClosed();
    if (this.#open.size === 0) return;
    const dump = await this.#connections();
    tcp.drain();
    this.#forgetClosed();
    for (const socket of dump.sockets) {
      const known = this.#open.get(Number(socket.cookie));
      if (known !== undefined) table.active(this.#record(socket, known.owner));
    }
    for (const cookie of missingFrom(dump, this.#open)) table.vanished(cookie);
  }

  #forgetClosed(): void {
    for (const cookie of this.#open.keys()) if (!this.#options.table.has(cookie)) this.#open.delete(cookie);
  }

  async #connections(): Promise<SocketDump> {
    const { native, procRoot } = this.#options;
    const { namespaces } = await listNetns({ procRoot });
    return listConnections({ native, namespaces });
  }

  /** The dump gave every socket a cookie, so whatever the kernel side tracks has one to be told by now. */
  #trackedCookies(): Set<number> {
    const { tcp, table } = this.#options;
    tcp.drain();
    const cookies = new Set<number>();
    for (const record of tcp.liveConnections()) cookies.add(record.cookie);
    tcp.drain();
    for (const { record } of table) cookies.add(record.cookie);
    return cookies;
  }

  #record(socket: NodeSocket, owner: SocketOwner | undefined): FlowRecord {
    const { counters, cookie } = socket;
    return writeFlowRecord({
      kind: RecordKind.FLOW_ACTIVE,
      atNs: this.#options.bootNs(),
      sock: Number(cookie),
      cookie: Number(cookie),
      cgroupId: this.#options.cgroupV1 ? 0 : socket.cgroupId,
      sent: counters?.sentBytes ?? 0,
      received: counters?.receivedBytes ?? 0,
      packetsSent: counters?.sentPackets ?? 0,
      packetsReceived: counters?.receivedPackets ?? 0,
      retransmits: counters?.retransmits ?? 0,
      lostPackets: counters?.lostPackets ?? 0,
      rttUs: counters?.rttUs ?? 0,
      rttVarUs: counters?.rttVarUs ?? 0,
      netns: socket.netns,
      pid: owner?.pid ?? 0,
      comm: owner?.comm ?? '',
      sourcePort: socket.sourcePort,
      destPort: socket.destPort,
      family: socket.family,
      flags: FlowFlag.UNTRACKED,
      state: socket.state,
      role: this.#options.listeners.has(socket.netns, socket.sourcePort) ? ConnRole.SERVER : ConnRole.CLIENT,
      protocol: IpProtocol.TCP,
      source: socket.source,
      dest: socket.dest,
    });
  }
}

/** Cookies of the connections that the dump would have if they were still open. */
export function missingFrom(
  { sockets, incomplete }: Pick<SocketDump, 'incomplete'> & { sockets: Pick<NodeSocket, 'cookie'>[] },
  open: ReadonlyMap<number, Pick<OlderConnection, 'netns'>>,
): number[] {
  const found = new Set(sockets.map(({ cookie }) => Number(cookie)));
  return [...open].flatMap(([cookie, { netns }]) =>
    found.has(cookie) || incomplete.has(netns) ? [] : [cookie],
  );
}

/** A key and a value of the BPF map `listeners`. */
function listenerEntry({
  netns,
  port,
  address,
  cgroupId,
  pid,
  comm,
}: ExistingListener): [Uint8Array, Uint8Array] {
  const key = new DataView(new ArrayBuffer(ListenerKey.size));
  key.setBigUint64(ListenerKey.cgroupId, BigInt(cgroupId), true);
  key.setUint32(ListenerKey.netns, netns, true);
  key.setUint16(ListenerKey.port, port, true);
  const keyBytes = new Uint8Array(key.buffer);
  keyBytes.set(address, ListenerKey.address);
  const owner = new DataView(new ArrayBuffer(ListenerOwner.size));
  owner.setUint32(ListenerOwner.pid, pid, true);
  const ownerBytes = new Uint8Array(owner.buffer);
  new TextEncoder().encodeInto(comm, ownerBytes.subarray(ListenerOwner.comm, ListenerOwner.comm + 15));
  return [keyBytes, ownerBytes];
}
