// Generated from bpf/events.h by scripts/gen-events.ts (npm run generate). Do not edit.
import { readBytes, readInt64, readPointer, readText, readUint64 } from './record-reader.ts';

/** Compared at start with what the addon and the BPF object were compiled with. */
export const layoutHash = 0x54f3b356c9e20514n;
export const layoutSizes: Readonly<Record<string, number>> = {
  flow_record: 168,
  begun_record: 32,
  listen_record: 80,
  cgroup_record: 1048,
  dns_record: 112,
  process_record: 104,
  oom_record: 32,
  udp_key: 48,
  udp_count: 88,
  listener_key: 32,
  listener_owner: 40,
  snapshot_slot: 176,
};

export const RecordKind = {
  FLOW_OPENED: 1,
  FLOW_CLOSED: 2,
  FLOW_ACTIVE: 3,
  LISTEN: 4,
  UNLISTEN: 5,
  CGROUP_MADE: 6,
  CGROUP_REMOVED: 7,
  DNS: 8,
  FLOW_BEGUN: 9,
  PROCESS_FORKED: 10,
  PROCESS_EXECUTED: 11,
  PROCESS_EXITED: 12,
  OOM_KILLED: 13,
} as const;

export const TcpState = {
  ESTABLISHED: 1,
  SYN_SENT: 2,
  SYN_RECV: 3,
  FIN_WAIT1: 4,
  FIN_WAIT2: 5,
  TIME_WAIT: 6,
  CLOSE: 7,
  CLOSE_WAIT: 8,
  LAST_ACK: 9,
  LISTEN: 10,
  CLOSING: 11,
} as const;

export const ConnRole = {
  UNKNOWN: 0,
  CLIENT: 1,
  SERVER: 2,
} as const;

export const FlowFlag = {
  UNTRACKED: 1,
} as const;

export const IpProtocol = {
  TCP: 6,
  UDP: 17,
} as const;

export const AddressFamily = {
  IPV4: 2,
  IPV6: 10,
} as const;

export const ProcessFlag = {
  ARGS_CUT: 1,
  ARGS_UNREAD: 2,
  PATH_CUT: 4,
  OF_KERNEL: 8,
} as const;

export const LossCounter = {
  RING_OPENED: 0,
  RING_CLOSED: 1,
  RING_LISTEN: 2,
  CONNS_FULL: 3,
  LISTENERS_FULL: 4,
  CONNS_STALE: 5,
  RING_CGROUP: 6,
  CGROUP_PATH: 7,
  RING_DNS: 8,
  DNS_UNREAD: 9,
  CLOSE_UNCLEAR: 10,
  RING_STARTED: 11,
  RING_EXITED: 12,
  RING_OOM: 13,
  CHANGES_TAKEN_OVER: 14,
  COUNTER_MAX: 15,
} as const;

export const UdpLoss = {
  FULL: 0,
  HEADERS: 1,
  UNSETTLED: 2,
  MAX: 3,
} as const;

/** A cursor over a batch: set `offset` to a record's first byte, read what is needed. */
export class FlowRecord {
  static readonly size = 168;
  static readonly at = {
    kind: 0,
    size: 2,
    cpu: 4,
    atNs: 8,
    sock: 16,
    openedNs: 24,
    establishedNs: 32,
    cgroupId: 40,
    cookie: 48,
    sent: 56,
    received: 64,
    packetsSent: 72,
    packetsReceived: 76,
    retransmits: 80,
    lostPackets: 84,
    rttUs: 88,
    rttVarUs: 92,
    netns: 96,
    pid: 100,
    error: 104,
    sourcePort: 108,
    destPort: 110,
    openedCpu: 112,
    family: 114,
    flags: 115,
    oldState: 116,
    state: 117,
    role: 118,
    protocol: 119,
    source: 120,
    dest: 136,
    comm: 152,
  } as const;
  readonly view: DataView;
  offset = 0;

  constructor(view: DataView) {
    this.view = view;
  }

  get kind(): number {
    return this.view.getUint16(this.offset, true);
  }

  get size(): number {
    return this.view.getUint16(this.offset + 2, true);
  }

  get cpu(): number {
    return this.view.getUint32(this.offset + 4, true);
  }

  get atNs(): number {
    return readUint64(this.view, this.offset + 8);
  }

  get sock(): number {
    return readPointer(this.view, this.offset + 16);
  }

  get openedNs(): number {
    return readUint64(this.view, this.offset + 24);
  }

  get establishedNs(): number {
    return readUint64(this.view, this.offset + 32);
  }

  get cgroupId(): number {
    return readUint64(this.view, this.offset + 40);
  }

  get cookie(): number {
    return readUint64(this.view, this.offset + 48);
  }

  get sent(): number {
    return readUint64(this.view, this.offset + 56);
  }

  get received(): number {
    return readUint64(this.view, this.offset + 64);
  }

  get packetsSent(): number {
    return this.view.getUint32(this.offset + 72, true);
  }

  get packetsReceived(): number {
    return this.view.getUint32(this.offset + 76, true);
  }

  get retransmits(): number {
    return this.view.getUint32(this.offset + 80, true);
  }

  get lostPackets(): number {
    return this.view.getUint32(this.offset + 84, true);
  }

  get rttUs(): number {
    return this.view.getUint32(this.offset + 88, true);
  }

  get rttVarUs(): number {
    return this.view.getUint32(this.offset + 92, true);
  }

  get netns(): number {
    return this.view.getUint32(this.offset + 96, true);
  }

  get pid(): number {
    return this.view.getUint32(this.offset + 100, true);
  }

  get error(): number {
    return this.view.getInt32(this.offset + 104, true);
  }

  get sourcePort(): number {
    return this.view.getUint16(this.offset + 108, true);
  }

  get destPort(): number {
    return this.view.getUint16(this.offset + 110, true);
  }

  get openedCpu(): number {
    return this.view.getUint16(this.offset + 112, true);
  }

  get family(): number {
    return this.view.getUint8(this.offset + 114);
  }

  get flags(): number {
    return this.view.getUint8(this.offset + 115);
  }

  get oldState(): number {
    return this.view.getUint8(this.offset + 116);
  }

  get state(): number {
    return this.view.getUint8(this.offset + 117);
  }

  get role(): number {
    return this.view.getUint8(this.offset + 118);
  }

  get protocol(): number {
    return this.view.getUint8(this.offset + 119);
  }

  get source(): Uint8Array {
    return readBytes(this.view, this.offset + 120, 16);
  }

  get dest(): Uint8Array {
    return readBytes(this.view, this.offset + 136, 16);
  }

  get comm(): string {
    return readText(this.view, this.offset + 152, 16);
  }
}

/** A cursor over a batch: set `offset` to a record's first byte, read what is needed. */
export class BegunRecord {
  static readonly size = 32;
  static readonly at = {
    kind: 0,
    size: 2,
    cpu: 4,
    atNs: 8,
    sock: 16,
    openedNs: 24,
  } as const;
  readonly view: DataView;
  offset = 0;

  constructor(view: DataView) {
    this.view = view;
  }

  get kind(): number {
    return this.view.getUint16(this.offset, true);
  }

  get size(): number {
    return this.view.getUint16(this.offset + 2, true);
  }

  get cpu(): number {
    return this.view.getUint32(this.offset + 4, true);
  }

  get atNs(): number {
    return readUint64(this.view, this.offset + 8);
  }

  get sock(): number {
    return readPointer(this.view, this.offset + 16);
  }

  get openedNs(): number {
    return readUint64(this.view, this.offset + 24);
  }
}

/** A cursor over a batch: set `offset` to a record's first byte, read what is needed. */
export class ListenRecord {
  static readonly size = 80;
  static readonly at = {
    kind: 0,
    size: 2,
    cpu: 4,
    atNs: 8,
    sock: 16,
    cgroupId: 24,
    netns: 32,
    pid: 36,
    port: 40,
    family: 42,
    pad: 44,
    address: 48,
    comm: 64,
  } as const;
  readonly view: DataView;
  offset = 0;

  constructor(view: DataView) {
    this.view = view;
  }

  get kind(): number {
    return this.view.getUint16(this.offset, true);
  }

  get size(): number {
    return this.view.getUint16(this.offset + 2, true);
  }

  get cpu(): number {
    return this.view.getUint32(this.offset + 4, true);
  }

  get atNs(): number {
    return readUint64(this.view, this.offset + 8);
  }

  get sock(): number {
    return readPointer(this.view, this.offset + 16);
  }

  get cgroupId(): number {
    return readUint64(this.view, this.offset + 24);
  }

  get netns(): number {
    return this.view.getUint32(this.offset + 32, true);
  }

  get pid(): number {
    return this.view.getUint32(this.offset + 36, true);
  }

  get port(): number {
    return this.view.getUint16(this.offset + 40, true);
  }

  get family(): number {
    return this.view.getUint16(this.offset + 42, true);
  }

  get address(): Uint8Array {
    return readBytes(this.view, this.offset + 48, 16);
  }

  get comm(): string {
    return readText(this.view, this.offset + 64, 16);
  }
}

/** A cursor over a batch: set `offset` to a record's first byte, read what is needed. */
export class CgroupRecord {
  static readonly size = 1048;
  static readonly at = {
    kind: 0,
    size: 2,
    cpu: 4,
    atNs: 8,
    cgroupId: 16,
    path: 24,
  } as const;
  readonly view: DataView;
  offset = 0;

  constructor(view: DataView) {
    this.view = view;
  }

  get kind(): number {
    return this.view.getUint16(this.offset, true);
  }

  get size(): number {
    return this.view.getUint16(this.offset + 2, true);
  }

  get cpu(): number {
    return this.view.getUint32(this.offset + 4, true);
  }

  get atNs(): number {
    return readUint64(this.view, this.offset + 8);
  }

  get cgroupId(): number {
    return readUint64(this.view, this.offset + 16);
  }

  get path(): string {
    return readText(this.view, this.offset + 24, 1024);
  }
}

/** A cursor over a batch: set `offset` to a record's first byte, read what is needed. */
export class DnsRecord {
  static readonly size = 112;
  static readonly at = {
    kind: 0,
    size: 2,
    cpu: 4,
    atNs: 8,
    cookie: 16,
    cgroupId: 24,
    netns: 32,
    pid: 36,
    seq: 40,
    length: 44,
    copied: 48,
    clientPort: 52,
    serverPort: 54,
    family: 56,
    protocol: 57,
    isAnswer: 58,
    ends: 59,
    client: 60,
    server: 76,
    comm: 92,
    pad: 108,
  } as const;
  readonly view: DataView;
  offset = 0;

  constructor(view: DataView) {
    this.view = view;
  }

  get kind(): number {
    return this.view.getUint16(this.offset, true);
  }

  get size(): number {
    return this.view.getUint16(this.offset + 2, true);
  }

  get cpu(): number {
    return this.view.getUint32(this.offset + 4, true);
  }

  get atNs(): number {
    return readUint64(this.view, this.offset + 8);
  }

  get cookie(): number {
    return readUint64(this.view, this.offset + 16);
  }

  get cgroupId(): number {
    return readUint64(this.view, this.offset + 24);
  }

  get netns(): number {
    return this.view.getUint32(this.offset + 32, true);
  }

  get pid(): number {
    return this.view.getUint32(this.offset + 36, true);
  }

  get seq(): number {
    return this.view.getUint32(this.offset + 40, true);
  }

  get length(): number {
    return this.view.getUint32(this.offset + 44, true);
  }

  get copied(): number {
    return this.view.getUint32(this.offset + 48, true);
  }

  get clientPort(): number {
    return this.view.getUint16(this.offset + 52, true);
  }

  get serverPort(): number {
    return this.view.getUint16(this.offset + 54, true);
  }

  get family(): number {
    return this.view.getUint8(this.offset + 56);
  }

  get protocol(): number {
    return this.view.getUint8(this.offset + 57);
  }

  get isAnswer(): number {
    return this.view.getUint8(this.offset + 58);
  }

  get ends(): number {
    return this.view.getUint8(this.offset + 59);
  }

  get client(): Uint8Array {
    return readBytes(this.view, this.offset + 60, 16);
  }

  get server(): Uint8Array {
    return readBytes(this.view, this.offset + 76, 16);
  }

  get comm(): string {
    return readText(this.view, this.offset + 92, 16);
  }
}

/** A cursor over a batch: set `offset` to a record's first byte, read what is needed. */
export class ProcessRecord {
  static readonly size = 104;
  static readonly at = {
    kind: 0,
    size: 2,
    cpu: 4,
    atNs: 8,
    startedNs: 16,
    cgroupId: 24,
    runNs: 32,
    userNs: 40,
    systemNs: 48,
    pid: 56,
    parentPid: 60,
    namespacePid: 64,
    uid: 68,
    netns: 72,
    status: 76,
    namesSize: 80,
    argsSize: 82,
    flags: 84,
    comm: 88,
  } as const;
  readonly view: DataView;
  offset = 0;

  constructor(view: DataView) {
    this.view = view;
  }

  get kind(): number {
    return this.view.getUint16(this.offset, true);
  }

  get size(): number {
    return this.view.getUint16(this.offset + 2, true);
  }

  get cpu(): number {
    return this.view.getUint32(this.offset + 4, true);
  }

  get atNs(): number {
    return readUint64(this.view, this.offset + 8);
  }

  get startedNs(): number {
    return readUint64(this.view, this.offset + 16);
  }

  get cgroupId(): number {
    return readUint64(this.view, this.offset + 24);
  }

  get runNs(): number {
    return readUint64(this.view, this.offset + 32);
  }

  get userNs(): number {
    return readUint64(this.view, this.offset + 40);
  }

  get systemNs(): number {
    return readUint64(this.view, this.offset + 48);
  }

  get pid(): number {
    return this.view.getUint32(this.offset + 56, true);
  }

  get parentPid(): number {
    return this.view.getUint32(this.offset + 60, true);
  }

  get namespacePid(): number {
    return this.view.getUint32(this.offset + 64, true);
  }

  get uid(): number {
    return this.view.getUint32(this.offset + 68, true);
  }

  get netns(): number {
    return this.view.getUint32(this.offset + 72, true);
  }

  get status(): number {
    return this.view.getUint32(this.offset + 76, true);
  }

  get namesSize(): number {
    return this.view.getUint16(this.offset + 80, true);
  }

  get argsSize(): number {
    return this.view.getUint16(this.offset + 82, true);
  }

  get flags(): number {
    return this.view.getUint32(this.offset + 84, true);
  }

  get comm(): string {
    return readText(this.view, this.offset + 88, 16);
  }
}

/** A cursor over a batch: set `offset` to a record's first byte, read what is needed. */
export class OomRecord {
  static readonly size = 32;
  static readonly at = {
    kind: 0,
    size: 2,
    cpu: 4,
    atNs: 8,
    startedNs: 16,
    residentPages: 24,
    pid: 28,
  } as const;
  readonly view: DataView;
  offset = 0;

  constructor(view: DataView) {
    this.view = view;
  }

  get kind(): number {
    return this.view.getUint16(this.offset, true);
  }

  get size(): number {
    return this.view.getUint16(this.offset + 2, true);
  }

  get cpu(): number {
    return this.view.getUint32(this.offset + 4, true);
  }

  get atNs(): number {
    return readUint64(this.view, this.offset + 8);
  }

  get startedNs(): number {
    return readUint64(this.view, this.offset + 16);
  }

  get residentPages(): number {
    return this.view.getUint32(this.offset + 24, true);
  }

  get pid(): number {
    return this.view.getUint32(this.offset + 28, true);
  }
}

/** A cursor over a batch: set `offset` to a record's first byte, read what is needed. */
export class UdpKey {
  static readonly size = 48;
  static readonly at = {
    socket: 0,
    source: 8,
    dest: 24,
    sourcePort: 40,
    destPort: 42,
    family: 44,
  } as const;
  readonly view: DataView;
  offset = 0;

  constructor(view: DataView) {
    this.view = view;
  }

  get socket(): number {
    return readUint64(this.view, this.offset);
  }

  get source(): Uint8Array {
    return readBytes(this.view, this.offset + 8, 16);
  }

  get dest(): Uint8Array {
    return readBytes(this.view, this.offset + 24, 16);
  }

  get sourcePort(): number {
    return this.view.getUint16(this.offset + 40, true);
  }

  get destPort(): number {
    return this.view.getUint16(this.offset + 42, true);
  }

  get family(): number {
    return this.view.getUint32(this.offset + 44, true);
  }
}

/** A cursor over a batch: set `offset` to a record's first byte, read what is needed. */
export class UdpCount {
  static readonly size = 88;
  static readonly at = {
    firstNs: 0,
    lastNs: 8,
    cgroupId: 16,
    inode: 24,
    sent: 32,
    received: 40,
    packetsSent: 48,
    packetsReceived: 52,
    packetsDropped: 56,
    netns: 60,
    pid: 64,
    firstCpu: 68,
    role: 70,
    pad: 71,
    comm: 72,
  } as const;
  readonly view: DataView;
  offset = 0;

  constructor(view: DataView) {
    this.view = view;
  }

  get firstNs(): number {
    return readUint64(this.view, this.offset);
  }

  get lastNs(): number {
    return readUint64(this.view, this.offset + 8);
  }

  get cgroupId(): number {
    return readUint64(this.view, this.offset + 16);
  }

  get inode(): number {
    return readUint64(this.view, this.offset + 24);
  }

  get sent(): number {
    return readInt64(this.view, this.offset + 32);
  }

  get received(): number {
    return readInt64(this.view, this.offset + 40);
  }

  get packetsSent(): number {
    return this.view.getInt32(this.offset + 48, true);
  }

  get packetsReceived(): number {
    return this.view.getInt32(this.offset + 52, true);
  }

  get packetsDropped(): number {
    return this.view.getUint32(this.offset + 56, true);
  }

  get netns(): number {
    return this.view.getUint32(this.offset + 60, true);
  }

  get pid(): number {
    return this.view.getUint32(this.offset + 64, true);
  }

  get firstCpu(): number {
    return this.view.getUint16(this.offset + 68, true);
  }

  get role(): number {
    return this.view.getUint8(this.offset + 70);
  }

  get comm(): string {
    return readText(this.view, this.offset + 72, 16);
  }
}

export const ListenerKey = {
  size: 32,
  cgroupId: 0,
  netns: 8,
  port: 12,
  address: 16,
} as const;

export const ListenerOwner = {
  size: 40,
  sock: 0,
  v1CgroupId: 8,
  pid: 16,
  comm: 24,
} as const;

export const SnapshotSlot = {
  size: 176,
  sock: 0,
  flow: 8,
} as const;
