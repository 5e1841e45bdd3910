import { FlowRecord } from '../events.gen.ts';

/** What a flow record that does not come from a BPF program is made of; what is left out is 0. */
export interface FlowFields {
  kind?: number;
  atNs?: number;
  sock?: number;
  openedNs?: number;
  establishedNs?: number;
  cgroupId?: number;
  cookie?: number;
  sent?: number;
  received?: number;
  packetsSent?: number;
  packetsReceived?: number;
  retransmits?: number;
  lostPackets?: number;
  rttUs?: number;
  rttVarUs?: number;
  netns?: number;
  pid?: number;
  error?: number;
  sourcePort?: number;
  destPort?: number;
  openedCpu?: number;
  family?: number;
  flags?: number;
  oldState?: number;
  state?: number;
  role?: number;
  protocol?: number;
  /** The leading bytes of 16. */
  source?: ArrayLike<number>;
  dest?: ArrayLike<number>;
  comm?: string;
}

type NumberField = Exclude<keyof FlowFields, 'source' | 'dest' | 'comm'>;

const uint64: readonly NumberField[] = [
  'atNs',
  'sock',
  'openedNs',
  'establishedNs',
  'cgroupId',
  'cookie',
  'sent',
  'received',
];
const uint32: readonly NumberField[] = [
  'packetsSent',
  'packetsReceived',
  'retransmits',
  'lostPackets',
  'rttUs',
  'rttVarUs',
  'netns',
  'pid',
  'error',
];
const uint16: readonly NumberField[] = ['kind', 'sourcePort', 'destPort', 'openedCpu'];
const uint8: readonly NumberField[] = ['family', 'flags', 'oldState', 'state', 'role', 'protocol'];

/** A record in the kernel's layout. */
export function writeFlowRecord(fields: FlowFields): FlowRecord {
  const view = new DataView(new ArrayBuffer(FlowRecord.size));
  const bytes = new Uint8Array(view.buffer);
  const { at } = FlowRecord;
  view.setUint16(at.size, FlowRecord.size, true);
  for (const name of uint64) view.setBigUint64(at[name], BigInt(fields[name] ?? 0), true);
  for (const name of uint32) view.setUint32(at[name], fields[name] ?? 0, true);
  for (const name of uint16) view.setUint16(at[name], fields[name] ?? 0, true);
  for (const name of uint8) view.setUint8(at[name], fields[name] ?? 0);
  bytes.set(fields.source ?? [], at.source);
  bytes.set(fields.dest ?? [], at.dest);
  new TextEncoder().encodeInto(fields.comm ?? '', bytes.subarray(at.comm, at.comm + 16));
  return new FlowRecord(view);
}
