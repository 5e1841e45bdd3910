import type { RuntimeSocket } from '../../lib/config/runtime-sockets.ts';
import type { ReportPolicy } from '../../lib/report-policy.ts';
import type { Row } from '../../wire/fields.ts';
import type { EventType } from '../../wire/messages.ts';
import type { Clock } from '../clock.ts';
import { walkCgroups } from '../owners/cgroup-walk.ts';
import { ContainerNames } from '../runtimes/container-names.ts';
import type { ContainerInfo } from '../runtimes/runtime.ts';
import type { SaturationSampler } from '../saturation/sampler.ts';
import type { Container } from './container.ts';
import { firstProcess } from './existing.ts';
import { ReportGate } from './report-gate.ts';
import { containerRow } from './row.ts';
import { ContainerTracker, type ProcessMoment } from './tracker.ts';

export interface NodeContainersOptions {
  /** Of the hierarchy that tells containers apart. */
  cgroupRoot: string | undefined;
  procRoot: string;
  maxContainers: number;
  seesProcesses: boolean;
  sockets: readonly RuntimeSocket[];
  policy: ReportPolicy;
  clock: Clock;
  append(type: EventType, row: Row): void;
  sampler: SaturationSampler;
  /** Open flows by the id of their cgroup. */
  openFlows(): Map<number, number>;
}

/** One scan at the start; what is beyond it is found when it does something. */
const MAX_SCANNED = 65_536;
/** A container that runs without a name is asked about again. */
const ASK_AGAIN_MS = 60_000;

/** The containers of the node: their lives, what they are called, and which of them are reported. */
export class NodeContainers {
  readonly tracker: ContainerTracker;
  readonly names: ContainerNames;
  /** Absent where nothing is excluded. */
  readonly gate: ReportGate | undefined;
  readonly maxContainers: number;
  readonly seesProcesses: boolean;
  readonly #options: NodeContainersOptions;
  readonly #asked = new Map<string, Promise<void>>();
  #isSampling = false;
  #askedAgainAt = performance.now();

  constructor(options: NodeContainersOptions) {
    this.#options = options;
    this.maxContainers = options.maxContainers;
    this.seesProcesses = options.seesProcesses;
    this.names = new ContainerNames({ sockets: options.sockets });
    const { policy, append } = options;
    if (policy.isNeeded) this.gate = new ReportGate({ policy, append, onUnknown: (id) => this.#name(id) });
    this.tracker = new ContainerTracker({
      ...options,
      findExit: ({ identity }) => this.names.findExit(identity.id),
      onFound: (container) => this.#name(container.identity.id, container),
      onEvent: (type, container) => this.report(type, this.#row(container, type)),
      // The runtime takes some milliseconds to remove the cgroup: its last figures may still be there.
      onStop: (container) => options.sampler.sampleLast(container),
    });
  }

  /** Every event of the probe passes here. */
  report(type: EventType, row: Row): void {
    if (this.gate === undefined) this.#options.append(type, row);
    else this.gate.append(type, row);
  }

  /** The rows of a list without those of the containers that are not reported. */
  shown: ReportGate['shown'] = (kind, rows) =>
    (this.gate === undefined ? rows : this.gate.shown(kind, rows)) as Generator<Row>;

  made(id: number, path: string, atNs: number): void {
    this.tracker.made(id, path, atNs);
  }

  removed(id: number, atNs: number): void {
    this.tracker.removed(id, atNs);
  }

  executed(process: ProcessMoment): void {
    this.tracker.executed(process);
  }

  exited(process: ProcessMoment, exit: { code: number; signal: number; oomKilled: boolean }): void {
    this.tracker.exited(process, exit);
  }

  /** All that the kernel told until `nowNs` was handed over. */
  settle(nowNs: number): void {
    this.tracker.settle(nowNs);
  }

  /** Finds the containers that are there already. */
  discover(): void {
    const { cgroupRoot, procRoot } = this.#options;
    if (cgroupRoot === undefined) return;
    walkCgroups(cgroupRoot, {
      max: MAX_SCANNED,
      found: (id, path) => {
        const container = this.tracker.adopt(id, path);
        const first = container && firstProcess(cgroupRoot + path, procRoot);
        if (container !== undefined && first !== undefined) this.tracker.adoptFirst(container, first);
      },
    });
  }

  /** Reads how much each of them uses; finds what was missed of ends, names and crash loops. */
  async sample(): Promise<void> {
    if (this.#isSampling) return;
    this.#isSampling = true;
    const { sampler, clock } = this.#options;
    this.#countFlows();
    const gone = await sampler.round(this.tracker.living()).finally(() => {
      this.#isSampling = false;
    });
    for (const { cgroup } of gone) this.tracker.removed(cgroup.id, clock.bootNs());
    this.tracker.markCrashLoops(clock.bootNs());
    this.#askAgain();
  }

  /** Those that run, without those that are not to be shown. */
  reported(): Container[] {
    const running = [...this.tracker.living()].filter(({ state }) => state === 'running');
    return this.gate === undefined
      ? running
      : running.filter(({ identity }) => this.gate?.isShown(identity.id));
  }

  *rows(): Generator<Row> {
    for (const container of this.tracker) {
      if (container.state !== 'created') yield this.#row(container);
    }
  }

  close(): void {
    this.names.close();
  }

  #row(container: Container, event?: EventType): Row {
    return containerRow(
      container,
      this.#options.clock,
      event === 'container.started' ? 'started' : undefined,
    );
  }

  #countFlows(): void {
    const flows = new Map<Container, number>();
    for (const [cgroupId, count] of this.#options.openFlows()) {
      const container = this.tracker.ofCgroup(cgroupId);
      if (container !== undefined) flows.set(container, (flows.get(container) ?? 0) + count);
    }
    for (const container of this.tracker.living()) container.sockets = flows.get(container) ?? 0;
  }

  #askAgain(): void {
    if (performance.now() - this.#askedAgainAt < ASK_AGAIN_MS || !this.names.look()) return;
    this.#askedAgainAt = performance.now();
    for (const container of this.tracker.living()) {
      if (container.info === undefined) this.#name(container.identity.id, container);
    }
  }

  /** Asks the runtimes once for each life, whoever wants to know. */
  #name(id: string, container?: Container): void {
    const asked = this.#asked.get(id);
    if (asked !== undefined && container === undefined) return;
    const answer = this.names.find(id).then((info) => this.#named(id, info, container));
    const question = answer.finally(() => {
      if (this.#asked.get(id) === question) this.#asked.delete(id);
    });
    this.#asked.set(id, question);
  }

  #named(id: string, info: ContainerInfo | undefined, container: Container | undefined): void {
    this.gate?.decide(id, info ?? container?.info);
    if (container !== undefined) this.tracker.settled(container, info);
    this.gate?.release(id);
  }
}
