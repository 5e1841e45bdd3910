import type { Meters } from '../export/meters.ts';
import type { Row } from '../wire/fields.ts';
import { CODECS, type RecordKind } from '../wire/kinds.ts';
import type { EventType } from '../wire/messages.ts';
import type { ReplayStatus } from '../wire/status.ts';
import { saturationOf } from './enrich/saturation.ts';
import type { RecordSink } from './ingest/ingest.ts';
import { NodeFlows, type NodeFlowsOptions } from './node-flows.ts';
import { NodeRecords } from './node-records.ts';

export interface NodeTablesOptions extends Omit<NodeFlowsOptions, 'meter' | 'saturation' | 'lookups'> {
  meters: Meters;
  maxDns: number;
  maxProcesses: number;
  maxContainers: number;
  /** Changes of each of the other kinds that a follower may be behind. */
  recordEvents: number;
}

interface Table {
  /** What the row was to the table; undefined when it told nothing new, or that is not asked for. */
  record(row: Row, type?: EventType): unknown;
  beginList(): void;
  endList(): void;
}

/** What the probe tells of the node, each kind in a table of its own. */
export class NodeTables implements RecordSink {
  readonly flows: NodeFlows;
  readonly dns: NodeRecords<'dns'>;
  readonly processes: NodeRecords<'process'>;
  readonly containers: NodeRecords<'container'>;
  readonly #byKind: Record<RecordKind, Table>;

  constructor(options: NodeTablesOptions) {
    const { maxDns, maxProcesses, maxContainers, recordEvents: feedEvents, run } = options;
    const saturation = (id: string) => {
      const container = this.containers.get(id);
      return container && saturationOf(container);
    };
    const shared = { feedEvents, run, enricher: options.names?.enricher };
    const lookups = (sinceMs: number) => this.dns.allSince(sinceMs);
    this.flows = new NodeFlows({ ...options, saturation, lookups, meter: options.meters.flows });
    const { meters, now } = options;
    this.dns = new NodeRecords({
      kind: 'dns',
      max: maxDns,
      ...shared,
      onNew: (lookup) => meters.dns.count(lookup, now()),
    });
    this.processes = new NodeRecords({ kind: 'process', max: maxProcesses, ...shared });
    this.containers = new NodeRecords({ kind: 'container', max: maxContainers, ...shared });
    const { flows: flow, dns, processes: process, containers: container } = this;
    this.#byKind = { flow, dns, process, container };
  }

  record(kind: RecordKind, row: Row, type?: EventType): void {
    const put = this.#byKind[kind].record(row, type);
    if (kind === 'dns' && put !== undefined) this.flows.dns(CODECS.dns.read(row));
  }

  /** Newer figures of a container or a process. */
  refresh(kind: RecordKind, row: Row): void {
    if (kind === 'container') this.containers.refresh(row);
    else if (kind === 'process') this.processes.refresh(row);
  }

  beginList(): void {
    for (const table of Object.values(this.#byKind)) table.beginList();
  }

  endList(): void {
    for (const table of Object.values(this.#byKind)) table.endList();
  }

  /** Records of the other kinds keep their ids: the list that follows tells which are still there. */
  probeRestarted(): void {
    this.flows.probeRestarted();
  }

  get status() {
    const others = [this.dns.status, this.processes.status, this.containers.status] as const;
    const [dns, processes, containers] = others;
    const { tables, losses, replay, readers, lagMs } = this.flows.status;
    return {
      tables: [...tables, ...others.map(({ table }) => table)],
      losses: {
        ...losses,
        dnsEvicted: dns.lost,
        processesEvicted: processes.lost,
        containersEvicted: containers.lost,
      },
      replay: sumOf([replay, ...others.map((each) => each.replay)]),
      readers: [...readers, ...others.flatMap((each) => each.readers)],
      lagMs,
    };
  }
}

function sumOf(replays: readonly ReplayStatus[]): ReplayStatus {
  const sum = (key: keyof ReplayStatus) => replays.reduce((total, replay) => total + replay[key], 0);
  return {
    events: sum('events'),
    maxEvents: sum('maxEvents'),
    bytes: sum('bytes'),
    maxBytes: sum('maxBytes'),
  };
}
