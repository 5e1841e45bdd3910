import type { FlowRow } from '../../wire/flow.ts';
import type { Clock } from '../clock.ts';
import { AddressFamily, ConnRole, FlowRecord, IpProtocol, TcpState } from '../events.gen.ts';
import type { OwnerResolver } from '../owners/owner.ts';
import type { ListenerSet } from '../sources/listeners.ts';
import { formatAddress } from './address.ts';
import { base36 } from './base36.ts';
import { failureOf, stateName } from './outcome.ts';
import type { FlowView } from './table.ts';

export interface RowContext {
  clock: Clock;
  bootId: string;
  owners: Pick<OwnerResolver, 'resolveOwner'>;
  /** Tells the role of a socket that is older than the probe. */
  listeners: Pick<ListenerSet, 'has'>;
}

/** A flow in the order of FLOW_FIELDS (src/wire/flow.ts). */
export function flowRow(flow: FlowView, context: RowContext): FlowRow {
  const { record, local, closeMissed, translation, name } = flow;
  const { view, offset, family, openedNs, establishedNs, pid, netns, error, oldState, cgroupId } = record;
  const closed = record.state === TcpState.CLOSE;
  const client = isClient(record, context);
  const direction = client ? 'outgoing' : 'incoming';
  // Who has closed an accepted connection may have been forked for it.
  const usedNs = (closed && !client ? 0 : establishedNs || openedNs) || record.atNs;
  const owner = context.owners.resolveOwner({ cgroupId, pid, atNs: usedNs });
  const failure = closed && !closeMissed ? failureOf(oldState, error) : undefined;
  const closedNs = closed && !closeMissed ? record.atNs : 0;
  const epoch = (bootNs: number) => (bootNs === 0 ? null : context.clock.epochNs(bootNs));
  return [
    flowId(record, context.bootId),
    record.protocol === IpProtocol.TCP ? 'tcp' : 'udp',
    family === AddressFamily.IPV4 ? 'ipv4' : 'ipv6',
    netns,
    local ? 'local' : direction,
    client ? 'client' : 'server',
    formatAddress(view, offset + FlowRecord.at.source, family),
    record.sourcePort,
    formatAddress(view, offset + FlowRecord.at.dest, family),
    record.destPort,
    known(pid),
    pid === 0 ? null : record.comm,
    owner.exe ?? null,
    owner.container?.id ?? null,
    owner.container?.runtime ?? null,
    cgroupId === 0 ? null : uint(cgroupId),
    owner.cgroup?.path ?? null,
    stateName(record.state),
    epoch(openedNs),
    epoch(closedNs),
    epoch(record.atNs),
    closedNs !== 0 && openedNs !== 0 ? uint(closedNs - openedNs) : null,
    failure ?? null,
    failure !== undefined && error !== 0 ? error : null,
    uint(record.sent),
    record.packetsSent,
    uint(record.received),
    record.packetsReceived,
    record.protocol === IpProtocol.TCP ? record.retransmits : null,
    record.lostPackets,
    record.role === ConnRole.CLIENT && establishedNs > openedNs
      ? Math.round((establishedNs - openedNs) / 1000)
      : null,
    known(record.rttUs),
    record.rttUs === 0 ? null : record.rttVarUs,
    closeMissed || null,
    translation?.source?.ip ?? null,
    translation?.source?.port ?? null,
    translation?.dest?.ip ?? null,
    translation?.dest?.port ?? null,
    name?.domain ?? null,
    name?.others || null,
  ];
}

const known = (value: number) => (value === 0 ? null : value);

/** CBOR writes a number above 32 bits as a float; a bigint stays an unsigned integer. */
const uint = (value: number) => (value > 0xffff_ffff ? BigInt(value) : value);

function isClient(record: FlowRecord, context: RowContext): boolean {
  if (record.role !== ConnRole.UNKNOWN) return record.role === ConnRole.CLIENT;
  return !context.listeners.has(record.netns, record.sourcePort);
}

/** No two connections open on one CPU in one nanosecond; the boot id tells the same instant of two boots apart. */
function flowId(record: FlowRecord, bootId: string): string {
  const { openedNs, cookie } = record;
  const boot = bootId.slice(0, 8);
  if (openedNs !== 0) return `${boot}-${base36(openedNs)}-${record.openedCpu}`;
  if (cookie !== 0) return `${boot}-c${base36(cookie)}`;
  return `${boot}-x${base36(record.atNs)}-${record.cpu}`;
}
