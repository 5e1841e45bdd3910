import type { Rate } from '../../map/rate.ts';
import type { FlowRecord } from '../../wire/flow.ts';
import { readFlow } from '../../wire/rows.ts';
import { formatTime } from '../../wire/time.ts';
import { type NamedFlowRecord, named } from '../enrich/enricher.ts';
import type { FlowNames } from '../enrich/flow-names.ts';
import type { Names } from '../kubernetes/names.ts';
import type { Reader, TimeReader } from './column.ts';
import type { FlowReaders } from './flow-columns.ts';

/** The columns that a view reads, found once: a lookup by name for every field would be half the cost of reading. */
export type ViewColumns = ReturnType<typeof viewColumns>;

export function viewColumns(columns: FlowReaders) {
  return {
    all: columns,
    id: columns.id,
    protocol: columns.text('protocol'),
    family: columns.text('family'),
    netns: columns.number('netns'),
    direction: columns.text('direction'),
    role: columns.text('role'),
    sourceIp: columns.text('source.ip'),
    sourcePort: columns.number('source.port'),
    destIp: columns.text('dest.ip'),
    destPort: columns.number('dest.port'),
    destDomain: columns.text('dest.domain'),
    translatedSourceIp: columns.text('translated.source.ip'),
    translatedSourcePort: columns.number('translated.source.port'),
    translatedDestIp: columns.text('translated.dest.ip'),
    translatedDestPort: columns.number('translated.dest.port'),
    pid: columns.number('process.pid'),
    comm: columns.text('process.comm'),
    exe: columns.text('process.exe'),
    containerId: columns.text('container.id'),
    runtime: columns.text('container.runtime'),
    cgroupPath: columns.text('cgroup.path'),
    state: columns.text('state'),
    openedAt: columns.time('openedAt'),
    closedAt: columns.time('closedAt'),
    lastSeenAt: columns.time('lastSeenAt'),
    failure: columns.text('failure'),
    sentBytes: columns.number('sent.bytes'),
    sentPackets: columns.number('sent.packets'),
    receivedBytes: columns.number('received.bytes'),
    receivedPackets: columns.number('received.packets'),
    lostPackets: columns.number('lostPackets'),
    retransmits: columns.number('retransmits'),
    connectUs: columns.number('connectUs'),
    rttUs: columns.number('rttUs'),
  };
}

/** What is known of a flow beside its columns. */
export interface ViewSources {
  rates: { read(slot: number): Rate };
  /** Undefined where there is no Kubernetes. */
  names: Pick<FlowNames, 'own' | 'peer'> | undefined;
}

/**
 * One flow of the store, read where it lies: a map or a filter that looks at three fields pays for three. Has the
 * fields of the wire's FlowRecord that filters read and those of the map's MapFlow. Valid until the store changes.
 */
export class FlowView {
  readonly slot: number;
  readonly #at: ViewColumns;
  readonly #rates: { read(slot: number): Rate };
  readonly #names: ViewSources['names'];

  constructor(slot: number, columns: ViewColumns, more: ViewSources) {
    this.slot = slot;
    this.#at = columns;
    this.#rates = more.rates;
    this.#names = more.names;
  }

  get id(): string {
    return this.#at.id.read(this.slot) ?? '';
  }

  get protocol(): string {
    return this.#at.protocol.read(this.slot) ?? '';
  }

  get family(): string {
    return this.#at.family.read(this.slot) ?? '';
  }

  get netns(): number | undefined {
    return this.#at.netns.read(this.slot) ?? undefined;
  }

  get direction(): string | undefined {
    return this.#at.direction.read(this.slot) ?? undefined;
  }

  get role(): string | undefined {
    return this.#at.role.read(this.slot) ?? undefined;
  }

  get source(): FlowRecord['source'] {
    const { sourceIp, sourcePort } = this.#at;
    return { ip: sourceIp.read(this.slot) ?? '', port: sourcePort.read(this.slot) ?? 0 };
  }

  get dest(): NamedFlowRecord['dest'] {
    const { destIp, destPort, destDomain } = this.#at;
    const end = { ip: destIp.read(this.slot) ?? '', port: destPort.read(this.slot) ?? 0 };
    const domain = destDomain.read(this.slot);
    const called = domain === null ? end : { ...end, domain };
    return this.#names === undefined ? called : new NamedEnd(called, this, this.#names);
  }

  get kubernetes(): Names | undefined {
    return this.#names?.own(this.slot, this);
  }

  get cgroup() {
    return { path: this.#at.cgroupPath.read(this.slot) ?? undefined };
  }

  get translated(): FlowRecord['translated'] {
    const { translatedSourceIp, translatedSourcePort, translatedDestIp, translatedDestPort } = this.#at;
    const source = this.#endpoint(translatedSourceIp, translatedSourcePort);
    const dest = this.#endpoint(translatedDestIp, translatedDestPort);
    if (source === undefined && dest === undefined) return undefined;
    return { ...(source !== undefined && { source }), ...(dest !== undefined && { dest }) };
  }

  get process() {
    const { pid, comm, exe } = this.#at;
    return {
      pid: pid.read(this.slot) ?? undefined,
      comm: comm.read(this.slot) ?? undefined,
      exe: exe.read(this.slot) ?? undefined,
    };
  }

  get container() {
    const { containerId, runtime } = this.#at;
    return { id: containerId.read(this.slot) ?? undefined, runtime: runtime.read(this.slot) ?? undefined };
  }

  get state(): string {
    return this.#at.state.read(this.slot) ?? '';
  }

  get openedMs(): number | undefined {
    return this.#at.openedAt.milliseconds(this.slot);
  }

  get closedMs(): number | undefined {
    return this.#at.closedAt.milliseconds(this.slot);
  }

  get lastSeenMs(): number | undefined {
    return this.#at.lastSeenAt.milliseconds(this.slot);
  }

  get openedAt(): string | undefined {
    return this.#time(this.#at.openedAt);
  }

  get closedAt(): string | undefined {
    return this.#time(this.#at.closedAt);
  }

  get lastSeenAt(): string | undefined {
    return this.#time(this.#at.lastSeenAt);
  }

  get failure(): string | undefined {
    return this.#at.failure.read(this.slot) ?? undefined;
  }

  get sent(): FlowRecord['sent'] {
    const { sentBytes, sentPackets } = this.#at;
    return { bytes: sentBytes.read(this.slot) ?? 0, packets: sentPackets.read(this.slot) ?? 0 };
  }

  get received(): FlowRecord['received'] {
    const { receivedBytes, receivedPackets } = this.#at;
    return { bytes: receivedBytes.read(this.slot) ?? 0, packets: receivedPackets.read(this.slot) ?? 0 };
  }

  get rate(): Rate {
    return this.#rates.read(this.slot);
  }

  get lostPackets(): number | undefined {
    return this.#at.lostPackets.read(this.slot) ?? undefined;
  }

  get retransmits(): number | undefined {
    return this.#at.retransmits.read(this.slot) ?? undefined;
  }

  get connectUs(): number | undefined {
    return this.#at.connectUs.read(this.slot) ?? undefined;
  }

  get rttUs(): number | undefined {
    return this.#at.rttUs.read(this.slot) ?? undefined;
  }

  /** Milliseconds since the epoch of the last that is known of it. */
  get activeMs(): number {
    return this.closedMs ?? this.lastSeenMs ?? this.openedMs ?? 0;
  }

  /** All that is known of it, and no longer bound to the store. */
  record(): NamedFlowRecord {
    const record = readFlow(this.#at.all.readRow(this.slot));
    return this.#names === undefined ? record : named(record, this.kubernetes, this.dest.kubernetes);
  }

  #endpoint(ips: Reader<string | null>, ports: Reader<number | null>): FlowRecord['source'] | undefined {
    const ip = ips.read(this.slot);
    return ip === null ? undefined : { ip, port: ports.read(this.slot) ?? 0 };
  }

  #time(column: TimeReader): string | undefined {
    const time = column.read(this.slot);
    return time === null ? undefined : formatTime(time);
  }
}

/** The other end, whose names are found only for who asks: most do not. */
class NamedEnd {
  readonly ip: string;
  readonly port: number;
  readonly domain?: string;
  readonly #flow: FlowView;
  readonly #names: NonNullable<ViewSources['names']>;

  constructor(
    { ip, port, domain }: FlowRecord['dest'],
    flow: FlowView,
    names: NonNullable<ViewSources['names']>,
  ) {
    this.ip = ip;
    this.port = port;
    if (domain !== undefined) this.domain = domain;
    this.#flow = flow;
    this.#names = names;
  }

  get kubernetes(): Names | undefined {
    return this.#names.peer(this.#flow.slot, this.#flow);
  }
}
