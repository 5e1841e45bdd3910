import { AddressFamily, FlowRecord } from '../events.gen.ts';

/** One direction of a connection: where its addresses begin in the bytes that were parsed, and its ports. */
export interface Tuple {
  sourceAt: number;
  sourcePort: number;
  destAt: number;
  destPort: number;
}

export interface Connection {
  kind: 'connection';
  sequence: number;
  /** AddressFamily. */
  family: number;
  /** As the end that opened the connection sends. */
  original: Tuple;
  /** As the other end answers: its ends are swapped, and others than the original's where NAT changed them. */
  reply: Tuple;
}

/** What the kernel answered to the request with the same `sequence`. */
export type Answer =
  | Connection
  | { kind: 'table'; sequence: number; entries: number; maxEntries: number }
  | { kind: 'error'; sequence: number; errno: number };

/** Of the requests below. */
export const MAX_REQUEST_SIZE = 96;

const NLMSG_ERROR = 2;
const NLM_F_REQUEST = 1;
const CT_NEW = (1 << 8) | 0;
const CT_GET = (1 << 8) | 1;
const CT_GET_STATS = (1 << 8) | 5;
/** struct nlmsghdr and struct nfgenmsg, which every message begins with. */
const HEADER_SIZE = 16;
const HEADERS_SIZE = 20;

const NESTED = 0x8000;
const TYPE_MASK = 0x3fff;
const TUPLE_ORIG = 1;
const TUPLE_REPLY = 2;
const TUPLE_IP = 1;
const TUPLE_PROTO = 2;
const PROTO_NUM = 1;
const PROTO_SRC_PORT = 2;
const PROTO_DST_PORT = 3;
const STATS_ENTRIES = 1;
const STATS_MAX_ENTRIES = 2;
/** Types of the attributes with the addresses, and their size. */
const V4 = { source: 1, dest: 2, size: 4 };
const V6 = { source: 3, dest: 4, size: 16 };

/** Asks for the connection, of either direction, that sends from the record's source to its dest. Returns the size. */
export function writeLookup(out: DataView, at: number, { record, sequence }: LookupRequest): number {
  const { source, dest, size } = addressesOf(record.family);
  const ip = HEADERS_SIZE + 4;
  const proto = ip + 4 + 2 * (4 + size);
  const total = proto + 28;
  writeHeaders(out, at, { type: CT_GET, size: total, sequence, family: record.family });
  writeAttribute(out, at + HEADERS_SIZE, TUPLE_ORIG | NESTED, total - HEADERS_SIZE);
  writeAttribute(out, at + ip, TUPLE_IP | NESTED, proto - ip);
  writeAttribute(out, at + ip + 4, source, 4 + size);
  copy(out, at + ip + 8, record, { from: FlowRecord.at.source, size });
  writeAttribute(out, at + ip + 8 + size, dest, 4 + size);
  copy(out, at + ip + 12 + size, record, { from: FlowRecord.at.dest, size });
  writeAttribute(out, at + proto, TUPLE_PROTO | NESTED, 28);
  writeAttribute(out, at + proto + 4, PROTO_NUM, 5);
  out.setUint32(at + proto + 8, record.protocol, true);
  writeAttribute(out, at + proto + 12, PROTO_SRC_PORT, 6);
  out.setUint32(at + proto + 16, record.sourcePort << 16);
  writeAttribute(out, at + proto + 20, PROTO_DST_PORT, 6);
  out.setUint32(at + proto + 24, record.destPort << 16);
  return total;
}

export interface LookupRequest {
  record: FlowRecord;
  sequence: number;
}

/** Asks how full the connection table is. Returns the size. */
export function writeTableRequest(out: DataView, at: number, sequence: number): number {
  writeHeaders(out, at, { type: CT_GET_STATS, size: HEADERS_SIZE, sequence, family: 0 });
  return HEADERS_SIZE;
}

/**
 * Parses what Conntrack.exchange() wrote; messages that answer neither request are left out. Throws when the bytes
 * are not whole messages, or one lacks what it must have.
 */
export function parseAnswers(bytes: Uint8Array): { view: DataView; answers: Answer[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const answers: Answer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = at + HEADER_SIZE <= bytes.length ? view.getUint32(at, true) : 0;
    const isWhole = size >= HEADERS_SIZE && size <= bytes.length - at;
    const answer = isWhole ? parseMessage(view, at, at + size) : undefined;
    if (answer === undefined) throw new Error(`malformed conntrack answer at byte ${at} of ${bytes.length}`);
    if (answer !== 'other') answers.push(answer);
    at += align4(size);
  }
  return { view, answers };
}

function parseMessage(view: DataView, at: number, end: number): Answer | 'other' | undefined {
  const type = view.getUint16(at + 4, true);
  const sequence = view.getUint32(at + 8, true);
  const body = { start: at + HEADERS_SIZE, end };
  switch (type) {
    case NLMSG_ERROR:
      return { kind: 'error', sequence, errno: -view.getInt32(at + HEADER_SIZE, true) };
    case CT_GET_STATS: {
      const entries = find(view, body, STATS_ENTRIES);
      if (!holds(entries, 4)) return undefined;
      const max = find(view, body, STATS_MAX_ENTRIES);
      const maxEntries = holds(max, 4) ? view.getUint32(max.start) : 0;
      return { kind: 'table', sequence, entries: view.getUint32(entries.start), maxEntries };
    }
    case CT_NEW: {
      const family = view.getUint8(at + HEADER_SIZE);
      const original = parseTuple(view, find(view, body, TUPLE_ORIG), family);
      const reply = parseTuple(view, find(view, body, TUPLE_REPLY), family);
      return original && reply && { kind: 'connection', sequence, family, original, reply };
    }
    default:
      return 'other';
  }
}

interface Range {
  start: number;
  end: number;
}

function parseTuple(view: DataView, tuple: Range | undefined, family: number): Tuple | undefined {
  const addresses = addressesOf(family);
  const ip = find(view, tuple, TUPLE_IP);
  const source = find(view, ip, addresses.source);
  const dest = find(view, ip, addresses.dest);
  const proto = find(view, tuple, TUPLE_PROTO);
  const sourcePort = find(view, proto, PROTO_SRC_PORT);
  const destPort = find(view, proto, PROTO_DST_PORT);
  if (!holds(source, addresses.size) || !holds(dest, addresses.size)) return undefined;
  if (!holds(sourcePort, 2) || !holds(destPort, 2)) return undefined;
  return {
    sourceAt: source.start,
    sourcePort: view.getUint16(sourcePort.start),
    destAt: dest.start,
    destPort: view.getUint16(destPort.start),
  };
}

/** The value of the first attribute of this type. */
function find(view: DataView, within: Range | undefined, type: number): Range | undefined {
  if (within === undefined) return undefined;
  for (let at = within.start; at + 4 <= within.end; ) {
    const size = view.getUint16(at, true);
    if (size < 4 || at + size > within.end) return undefined;
    if ((view.getUint16(at + 2, true) & TYPE_MASK) === type) return { start: at + 4, end: at + size };
    at += align4(size);
  }
  return undefined;
}

function holds(range: Range | undefined, size: number): range is Range {
  return range !== undefined && range.end - range.start >= size;
}

function addressesOf(family: number): typeof V4 {
  return family === AddressFamily.IPV4 ? V4 : V6;
}

function writeHeaders(out: DataView, at: number, head: Header): void {
  out.setUint32(at, head.size, true);
  out.setUint16(at + 4, head.type, true);
  out.setUint16(at + 6, NLM_F_REQUEST, true);
  out.setUint32(at + 8, head.sequence, true);
  out.setUint32(at + 12, 0);
  out.setUint32(at + 16, head.family, true);
}

interface Header {
  type: number;
  size: number;
  sequence: number;
  family: number;
}

function writeAttribute(out: DataView, at: number, type: number, size: number): void {
  out.setUint16(at, size, true);
  out.setUint16(at + 2, type, true);
}

function copy(out: DataView, to: number, record: FlowRecord, part: { from: number; size: number }): void {
  const from = record.offset + part.from;
  for (let at = 0; at < part.size; at += 4) out.setUint32(to + at, record.view.getUint32(from + at));
}

function align4(size: number): number {
  return (size + 3) & ~3;
}
