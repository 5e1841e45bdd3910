import { AddressFamily, ConnRole, FlowRecord, IpProtocol, RecordKind, TcpState } from '../events.gen.ts';

/** The members of a flow record as a test sets them; addresses are the 16 bytes' leading ones. */
export interface RecordFields {
  kind: number;
  atNs: number;
  sock: number;
  openedNs: number;
  establishedNs: number;
  cgroupId: number;
  cookie: number;
  sent: number;
  received: number;
  rttUs: number;
  rttVarUs: number;
  netns: number;
  pid: number;
  error: number;
  sourcePort: number;
  destPort: number;
  openedCpu: number;
  family: number;
  flags: number;
  oldState: number;
  state: number;
  role: number;
  source: number[];
  dest: number[];
  comm: string;
}

const defaults: RecordFields = {
  kind: RecordKind.FLOW_OPENED,
  atNs: 2_000_000,
  sock: 0xffff_8881_0000,
  openedNs: 1_000_000,
  establishedNs: 1_500_000,
  cgroupId: 25,
  cookie: 0,
  sent: 0,
  received: 0,
  rttUs: 0,
  rttVarUs: 0,
  netns: 4_026_531_840,
  pid: 100,
  error: 0,
  sourcePort: 50_000,
  destPort: 80,
  openedCpu: 1,
  family: AddressFamily.IPV4,
  flags: 0,
  oldState: TcpState.SYN_SENT,
  state: TcpState.ESTABLISHED,
  role: ConnRole.CLIENT,
  source: [10, 0, 0, 1],
  dest: [10, 0, 0, 2],
  comm: 'curl',
};

/** A record as the kernel would write it. */
export function flowRecord(fields: Partial<RecordFields> = {}): FlowRecord {
  const all = { ...defaults, ...fields };
  const view = new DataView(new ArrayBuffer(FlowRecord.size));
  const { at } = FlowRecord;
  const big = (offset: number, value: number) => view.setBigUint64(offset, BigInt(value), true);
  view.setUint16(at.kind, all.kind, true);
  view.setUint16(at.size, FlowRecord.size, true);
  big(at.atNs, all.atNs);
  big(at.sock, all.sock);
  big(at.openedNs, all.openedNs);
  big(at.establishedNs, all.establishedNs);
  big(at.cgroupId, all.cgroupId);
  big(at.cookie, all.cookie);
  big(at.sent, all.sent);
  big(at.received, all.received);
  view.setUint32(at.rttUs, all.rttUs, true);
  view.setUint32(at.rttVarUs, all.rttVarUs, true);
  view.setUint32(at.netns, all.netns, true);
  view.setUint32(at.pid, all.pid, true);
  view.setInt32(at.error, all.error, true);
  view.setUint16(at.sourcePort, all.sourcePort, true);
  view.setUint16(at.destPort, all.destPort, true);
  view.setUint16(at.openedCpu, all.openedCpu, true);
  view.setUint8(at.family, all.family);
  view.setUint8(at.flags, all.flags);
  view.setUint8(at.oldState, all.oldState);
  view.setUint8(at.state, all.state);
  view.setUint8(at.role, all.role);
  view.setUint8(at.protocol, IpProtocol.TCP);
  all.source.forEach((byte, index) => {
    view.setUint8(at.source + index, byte);
  });
  all.dest.forEach((byte, index) => {
    view.setUint8(at.dest + index, byte);
  });
  new TextEncoder().encodeInto(all.comm, new Uint8Array(view.buffer, at.comm, 16));
  return new FlowRecord(view);
}
