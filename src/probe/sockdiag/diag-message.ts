import { AddressFamily, TcpState } from '../events.gen.ts';

/** One TCP socket of a NETLINK_SOCK_DIAG dump, addresses as in the BPF records. */
export interface DiagSocket {
  /** AddressFamily; a v4-mapped IPv6 socket is IPv4. */
  family: number;
  /** TcpState. */
  state: number;
  sourcePort: number;
  destPort: number;
  /** 16 bytes, IPv4 in the first four; all zero = any. */
  source: Uint8Array;
  dest: Uint8Array;
  /** Of /proc/<pid>/fd; 0 = no process holds the socket. */
  inode: number;
  cookie: bigint;
  /** 0 = the kernel did not tell. */
  cgroupId: number;
  /** When INET_DIAG_INFO was asked for and the socket still has its counters. */
  counters?: TcpCounters;
}

/** Totals of a connection so far; bytes are payload as the application wrote and will read them. */
export interface TcpCounters {
  sentBytes: number;
  receivedBytes: number;
  sentPackets: number;
  receivedPackets: number;
  retransmits: number;
  lostPackets: number;
  rttUs: number;
  rttVarUs: number;
}

/** Values for the `extensions` of a dump: bit (INET_DIAG_x - 1). */
export const EXTENSION_INFO = 1 << 1;

const MESSAGE_SIZE = 72;
const INET_DIAG_INFO = 2;
const INET_DIAG_CGROUP_ID = 21;
/** struct tcp_info up to tcpi_bytes_retrans, which the kernel has since 4.19. */
const TCP_INFO_MIN_SIZE = 216;
const ATTRIBUTE_TYPE_MASK = 0x3fff;

/** After the peer's FIN, which the kernel counts as a received byte. */
const FIN_RECEIVED: ReadonlySet<number> = new Set([TcpState.CLOSE_WAIT, TcpState.LAST_ACK, TcpState.CLOSING]);

/**
 * Parses what Native.sockDiag() wrote: inet_diag_msg payloads, each behind its u32 length and padded to 4 bytes.
 * Throws when the bytes are not that.
 */
export function parseDiagDump(bytes: Uint8Array): DiagSocket[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sockets: DiagSocket[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = at + 4 <= bytes.length ? view.getUint32(at, true) : 0;
    if (size < MESSAGE_SIZE || at + 4 + size > bytes.length) {
      throw new Error(`malformed sock_diag answer at byte ${at} of ${bytes.length}`);
    }
    sockets.push(parseMessage(new DataView(view.buffer, view.byteOffset + at + 4, size)));
    at += 4 + align4(size);
  }
  return sockets;
}

function parseMessage(message: DataView): DiagSocket {
  const state = message.getUint8(1);
  const source = readAddress(message, 8);
  const dest = readAddress(message, 24);
  // Only of a listener is the other end no address; its own end alone then tells the family.
  const v4 = message.getUint8(0) === AddressFamily.IPV4 || isMapped(source);
  const socket: DiagSocket = {
    family: v4 ? AddressFamily.IPV4 : AddressFamily.IPV6,
    state,
    sourcePort: message.getUint16(4),
    destPort: message.getUint16(6),
    source: unmap(source),
    dest: unmap(dest),
    inode: message.getUint32(68, true),
    cookie: message.getBigUint64(44, true),
    cgroupId: 0,
  };
  for (const [type, value] of attributes(message, MESSAGE_SIZE)) {
    if (type === INET_DIAG_CGROUP_ID && value.byteLength >= 8) socket.cgroupId = readUint64(value, 0);
    if (type === INET_DIAG_INFO && value.byteLength >= TCP_INFO_MIN_SIZE) {
      socket.counters = parseTcpInfo(value, state);
    }
  }
  return socket;
}

/** The fields of struct tcp_info (linux/tcp.h) that a flow is made of. */
function parseTcpInfo(info: DataView, state: number): TcpCounters {
  return {
    sentBytes: readUint64(info, 200) - readUint64(info, 208),
    receivedBytes: readUint64(info, 128) - (FIN_RECEIVED.has(state) ? 1 : 0),
    sentPackets: info.getUint32(136, true),
    receivedPackets: info.getUint32(140, true),
    retransmits: info.getUint32(100, true),
    lostPackets: info.getUint32(32, true),
    rttUs: info.getUint32(68, true),
    rttVarUs: info.getUint32(72, true),
  };
}

function* attributes(message: DataView, start: number): Generator<[type: number, value: DataView]> {
  for (let at = start; at + 4 <= message.byteLength; ) {
    const size = message.getUint16(at, true);
    if (size < 4 || at + size > message.byteLength) return;
    const type = message.getUint16(at + 2, true) & ATTRIBUTE_TYPE_MASK;
    yield [type, new DataView(message.buffer, message.byteOffset + at + 4, size - 4)];
    at += align4(size);
  }
}

/** A copy: the buffer of a dump is used again. */
function readAddress(message: DataView, at: number): Uint8Array {
  return new Uint8Array(message.buffer, message.byteOffset + at, 16).slice();
}

/** ::ffff:0:0/96 */
function isMapped(address: Uint8Array): boolean {
  return address[10] === 0xff && address[11] === 0xff && address.subarray(0, 10).every((byte) => byte === 0);
}

function unmap(address: Uint8Array): Uint8Array {
  if (!isMapped(address)) return address;
  const v4 = new Uint8Array(16);
  v4.set(address.subarray(12));
  return v4;
}

function readUint64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x1_0000_0000;
}

function align4(size: number): number {
  return (size + 3) & ~3;
}
