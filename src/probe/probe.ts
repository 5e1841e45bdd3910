import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../lib/log.ts';
import { ReportPolicy } from '../lib/report-policy.ts';
import type { Row } from '../wire/fields.ts';
import { Clock } from './clock.ts';
import { containerMetrics } from './containers/metrics.ts';
import { NodeContainers } from './containers/node-containers.ts';
import { DnsLog } from './dns/dns-log.ts';
import { flowNames } from './dns/flow-names.ts';
import type { FlowRecord } from './events.gen.ts';
import { flowRow, type RowContext } from './flows/row.ts';
import { FlowSnapshot } from './flows/snapshot.ts';
import { FlowTable } from './flows/table.ts';
import type { HostConfig } from './host-folders.ts';
import { Translator } from './nat/translator.ts';
import type { BindingName, Native } from './native.ts';
import { ownerHierarchy, readCgroupMounts } from './owners/cgroup-mounts.ts';
import { OwnerResolver } from './owners/owner.ts';
import type { NodeProcesses } from './processes/node-processes.ts';
import { nodeProcesses } from './processes/set-up.ts';
import { CgroupLayout } from './saturation/cgroup-layout.ts';
import { SaturationSampler } from './saturation/sampler.ts';
import { EventLog } from './server/event-log.ts';
import type { Metric } from './server/metrics.ts';
import type { ProbeView } from './server/probe-view.ts';
import { CgroupSource } from './sources/cgroups.ts';
import { DnsSource } from './sources/dns.ts';
import { ListenerSet } from './sources/listeners.ts';
import { OlderSockets } from './sources/older-sockets.ts';
import { ProcessSource } from './sources/processes.ts';
import { TcpSource } from './sources/tcp.ts';
import { UdpSource } from './sources/udp.ts';
import { probeStatus } from './status.ts';

/** A dump walks the sockets of every namespace: rarely enough that it does not show. */
const OLDER_INTERVAL_MS = 10_000;
/** What DNS leaves behind is looked through for what is too old. */
const DNS_INTERVAL_MS = 5000;
/** The kernel's tables of datagrams are emptied at least as often, so that they need not be large. */
const MAX_UDP_INTERVAL_MS = 2000;

/** Sources to tables to the event log: everything of the probe but its socket. */
export class Probe implements ProbeView {
  readonly binding: BindingName;
  readonly bootId: string;
  readonly run: string;
  readonly events: EventLog;
  readonly table: FlowTable;
  readonly tcp: TcpSource;
  readonly udp: UdpSource;
  readonly dnsSource: DnsSource;
  readonly dnsLog: DnsLog;
  readonly older: OlderSockets;
  readonly translator: Translator;
  readonly cgroups: CgroupSource;
  readonly layout: CgroupLayout;
  readonly sampler: SaturationSampler;
  readonly nodeContainers: NodeContainers;
  readonly processSource: ProcessSource;
  readonly nodeProcesses: NodeProcesses;
  readonly owners: OwnerResolver;
  readonly listeners = new ListenerSet();
  readonly clock: Clock;
  readonly startedAt = new Date();
  readonly #context: RowContext;
  readonly #log: Logger;
  readonly #timers: NodeJS.Timeout[] = [];
  #isClosed = false;

  constructor(native: Native, config: HostConfig, log: Logger) {
    this.binding = config.binding;
    this.#log = log;
    this.clock = new Clock(() => native.clocks());
    this.bootId = readFileSync(join(config.procRoot, 'sys/kernel/random/boot_id'), 'utf8').trim();
    this.run = this.clock.bootNs().toString(36);
    this.events = new EventLog({
      run: this.run,
      maxBytes: config.replayBytes,
      maxEvents: config.replayEvents,
    });
    const { procRoot, cgroupRoot } = config;
    const mounts = readCgroupMounts(procRoot, cgroupRoot);
    const hierarchy = ownerHierarchy(mounts, procRoot);
    const cgroupV1 = hierarchy.version === 1;
    this.layout = new CgroupLayout(procRoot, cgroupRoot);
    this.sampler = new SaturationSampler({
      layout: this.layout,
      procRoot,
      bootNs: () => this.clock.bootNs(),
    });
    this.processSource = new ProcessSource({
      native,
      copyArgs: config.processesEnabled && config.processArgs !== 'none',
      cgroupV1,
      ringBytes: config.processRingBytes,
      runStats: config.runStats,
      onBacklog: () => this.#guard(() => this.drain()),
    });
    const containers = new NodeContainers({
      cgroupRoot: hierarchy.root,
      procRoot,
      maxContainers: config.maxContainers,
      seesProcesses: this.processSource.isOn,
      sockets: config.runtimeSockets,
      policy: new ReportPolicy({ exclude: config.excludeContainers, include: config.includeContainers }),
      clock: this.clock,
      append: (type, row) => this.events.append(type, row),
      sampler: this.sampler,
      openFlows: () => this.table.activeByCgroup(),
    });
    this.nodeContainers = containers;
    this.cgroups = new CgroupSource({
      native,
      hierarchy: hierarchy.id,
      runStats: config.runStats,
      onBacklog: () => this.#guard(() => this.owners.catchUp()),
      listener: containers,
    });
    this.owners = new OwnerResolver({
      procRoot,
      cgroupChanges: this.cgroups,
      exeAt: (pid, atNs) => this.nodeProcesses.exeAt(pid, atNs),
      ...(cgroupRoot !== undefined && { cgroupRoot }),
    });
    this.nodeProcesses = nodeProcesses(this, { config, mounts, containers });
    const { listeners } = this;
    this.#context = { clock: this.clock, bootId: this.bootId, owners: this.owners, listeners };
    const translator = new Translator({ native, netns: join(procRoot, '1/ns/net') });
    this.translator = translator;
    this.dnsLog = new DnsLog({
      maxRecent: config.dnsMax,
      run: `${this.bootId.slice(0, 8)}-${this.run}`,
      clock: this.clock,
      onRow: (row) => containers.report('dns', row),
    });
    this.table = new FlowTable({
      maxActive: config.maxFlows,
      maxClosed: config.maxClosed,
      translation: (record) => translator.translation(record),
      names: flowNames(this.dnsLog.names),
      onChange: (change, flow) => containers.report(change, flowRow(flow, this.#context)),
    });
    const bootNs = () => this.clock.bootNs();
    this.dnsSource = new DnsSource({
      native,
      enabled: config.dnsEnabled,
      ports: config.dnsPorts,
      cgroup: mounts.unified,
      cgroupV1,
      ringBytes: config.dnsRingBytes,
      timeoutMs: config.dnsTimeoutMs,
      runStats: config.runStats,
      owners: this.owners,
      bootNs,
      onBacklog: () => this.#guard(() => this.drain()),
      onTransaction: (transaction) => this.dnsLog.add(transaction),
    });
    // Records of connections have been taken, and are about to be applied: the answers that led to them are waiting.
    const namesFirst = {
      enqueue: (record: FlowRecord) => translator.enqueue(record),
      resolve: () => {
        this.dnsSource.drain();
        translator.resolve();
      },
    };
    this.tcp = new TcpSource({
      native,
      table: this.table,
      listeners,
      translator: namesFirst,
      ringBytes: config.ringBytes,
      maxConnections: config.maxFlows,
      cgroupV1,
      runStats: config.runStats,
      onBacklog: () => this.#guard(() => this.drain()),
    });
    this.udp = new UdpSource({
      native,
      table: this.table,
      translator: namesFirst,
      hooks: config.udpHooks,
      procRoot: config.procRoot,
      cgroup: mounts.unified,
      cgroupV1,
      tableSize: Math.ceil(config.maxFlows / 2),
      maxConversations: Math.ceil(config.maxFlows / 2),
      idleMs: config.udpIdleMs,
      runStats: config.runStats,
      bootNs,
    });
    const { table, tcp } = this;
    const shared = { native, table, tcp, listeners, translator };
    this.older = new OlderSockets({ ...shared, cgroupV1, procRoot, bootNs });
  }

  /** Finds what was there before; from then on reads the kernel at the configured intervals. */
  async start(config: HostConfig): Promise<void> {
    const { drainIntervalMs, updateIntervalMs, saturationIntervalMs, processIntervalMs } = config;
    this.nodeContainers.discover();
    this.nodeProcesses.discover();
    await this.older.discover();
    await this.nodeContainers.sample();
    await this.nodeProcesses.sample();
    this.#every(drainIntervalMs, () => this.drain());
    this.#every(updateIntervalMs, () => this.refresh());
    this.#every(saturationIntervalMs, () => this.nodeContainers.sample());
    this.#every(processIntervalMs, () => this.nodeProcesses.sample());
    this.#every(Math.min(updateIntervalMs, MAX_UDP_INTERVAL_MS), () => this.collectUdp());
    this.#every(OLDER_INTERVAL_MS, () => this.older.refresh());
    this.#every(DNS_INTERVAL_MS, () => this.expireDns());
  }

  /** Delivers what the kernel reported since. */
  drain(): void {
    this.owners.catchUp();
    this.nodeProcesses.drain();
    this.tcp.drain();
    this.events.flush();
  }

  /** Reads the live counters too, and finds the flows whose close was lost. */
  refresh(): void {
    this.clock.resync();
    this.owners.catchUp();
    this.nodeProcesses.drain();
    this.tcp.drain();
    this.tcp.readActive();
    this.tcp.drain();
    this.table.endSnapshot();
    this.events.flush();
  }

  /** Reads what UDP conversations did since. */
  async collectUdp(): Promise<void> {
    await this.udp.collect();
    this.events.flush();
    await this.udp.findHolders();
  }

  /** Forgets names that nothing has used for long, and gives up what TCP did not deliver. */
  expireDns(): void {
    this.dnsSource.expire();
    this.dnsLog.names.expire(this.clock.bootNs());
  }

  flows(): FlowSnapshot {
    const { table, nodeContainers } = this;
    const size = table.activeCount + table.closedCount;
    return new FlowSnapshot(table, { size, context: this.#context, gate: nodeContainers.gate });
  }

  dns(): Iterable<Row> {
    return this.nodeContainers.shown('dns', this.dnsLog.recent);
  }

  processes(): Iterable<Row> {
    return this.nodeContainers.shown('process', this.nodeProcesses.rows());
  }

  containers(): Iterable<Row> {
    return this.nodeContainers.shown('container', this.nodeContainers.rows());
  }

  metrics(): Iterable<Metric> {
    return containerMetrics(this.nodeContainers);
  }

  status() {
    return probeStatus(this);
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.drain();
    this.tcp.close();
    this.udp.close();
    this.dnsSource.close();
    this.translator.close();
    this.processSource.close();
    this.cgroups.close();
    this.nodeContainers.close();
  }

  #every(intervalMs: number, work: () => void | Promise<void>): void {
    this.#timers.push(setInterval(() => this.#guard(work), intervalMs));
  }

  /** A failing read of the kernel must not end the probe: the next one may work, and the log says what failed. */
  async #guard(work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // What was waiting for something meanwhile finds its objects closed.
      if (this.#isClosed) return;
      this.#log.error({ err: error }, 'reading from the kernel failed');
    }
  }
}
