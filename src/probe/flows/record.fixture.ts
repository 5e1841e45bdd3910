import { AddressFamily, ConnRole, IpProtocol, RecordKind, TcpState } from '../events.gen.ts';
import type { FlowNames } from './slot-names.ts';
import { type FlowFields, writeFlowRecord } from './write-record.ts';

/** An open connection of a client, as the kernel would report it. */
export function flowRecord(fields: FlowFields = {}) {
  return writeFlowRecord({
    kind: RecordKind.FLOW_OPENED,
    atNs: 2_000_000,
    sock: 0xffff_8881_0000,
    openedNs: 1_000_000,
    establishedNs: 1_500_000,
    cgroupId: 25,
    netns: 4_026_531_840,
    pid: 100,
    sourcePort: 50_000,
    destPort: 80,
    openedCpu: 1,
    family: AddressFamily.IPV4,
    oldState: TcpState.SYN_SENT,
    state: TcpState.ESTABLISHED,
    role: ConnRole.CLIENT,
    protocol: IpProtocol.TCP,
    source: [10, 0, 0, 1],
    dest: [10, 0, 0, 2],
    comm: 'curl',
    ...fields,
  });
}

/** Nothing was looked up. */
export const noNames: FlowNames = { acquire: () => undefined, release: () => undefined };
