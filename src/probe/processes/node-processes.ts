import type { Row } from '../../wire/fields.ts';
import type { EventType } from '../../wire/messages.ts';
import type { Clock } from '../clock.ts';
import type { NodeContainers } from '../containers/node-containers.ts';
import type { OomRecord, ProcessRecord } from '../events.gen.ts';
import { listPids } from '../sockdiag/proc-entries.ts';
import type { Copied, ProcessListener, ProcessSource } from '../sources/processes.ts';
import { parseArguments, parseNames } from './arguments.ts';
import type { ProcReader } from './existing.ts';
import { cpuTime, exitOf } from './exit.ts';
import type { Execution, Process, ProcessFacts } from './process.ts';
import { type ProcessRowContext, processRow } from './row.ts';
import { ProcessSampler } from './sampler.ts';
import { ProcessTracker } from './tracker.ts';

export interface NodeProcessesOptions extends Omit<ProcessRowContext, 'clock'> {
  /** Whether processes are reported; containers and flows are told of them in any case. */
  isReported: boolean;
  maxProcesses: number;
  procRoot: string;
  reader: ProcReader;
  /** What may be shown of arguments. */
  showArgs(args: string[]): string[];
  source: ProcessSource;
  clock: Clock;
  containers: NodeContainers;
  /** Learns of the cgroups that were made: a process may be in one of them. */
  catchUp(): void;
}

/** The processes of the node: their lives, and what they use. */
export class NodeProcesses implements ProcessListener {
  readonly isReported: boolean;
  readonly maxProcesses: number;
  readonly tracker: ProcessTracker;
  readonly #options: NodeProcessesOptions;
  readonly #sampler: ProcessSampler;
  #isSampling = false;
  #lost = 0;
  /** When the drain before this one began: what was removed until then had ended before it. */
  #drainedNs = 0;

  constructor(options: NodeProcessesOptions) {
    const { isReported, maxProcesses, procRoot, clock } = options;
    this.#options = options;
    this.isReported = isReported;
    this.maxProcesses = maxProcesses;
    this.tracker = new ProcessTracker({
      maxProcesses,
      sinceNs: clock.bootNs(),
      onEvent: (type, process) => this.#report(type, process),
    });
    this.#sampler = new ProcessSampler({ procRoot, bootNs: () => clock.bootNs() });
  }

  /** Takes what the kernel told since. */
  drain(): void {
    const { source, clock, containers } = this.#options;
    const nowNs = clock.bootNs();
    source.drain(this);
    this.tracker.settle(nowNs);
    containers.settle(this.#drainedNs);
    this.#drainedNs = nowNs;
  }

  /** Finds the processes that are there already. */
  discover(): void {
    this.#adopt(false);
  }

  /** Reads how much each of them uses; finds those whose start or end was missed. */
  async sample(): Promise<void> {
    const { source } = this.#options;
    if (this.#isSampling || !(this.isReported || source.isOn)) return;
    this.#isSampling = true;
    const gone = await this.#sampler.round(this.tracker.living()).finally(() => {
      this.#isSampling = false;
    });
    for (const process of gone) this.tracker.vanished(process, this.#options.clock.bootNs());
    const lost = Object.values(source.losses()).reduce((sum, count) => sum + count, 0);
    if (source.isOn && lost === this.#lost) return;
    this.#lost = lost;
    this.drain();
    this.#adopt(true);
  }

  exeAt(pid: number, atNs?: number): string | undefined {
    return this.tracker.find(pid, atNs)?.exe;
  }

  *rows(): Generator<Row> {
    if (!this.isReported) return;
    for (const process of this.tracker) yield processRow(process, this.#options);
  }

  taken(): void {
    this.#options.catchUp();
  }

  forked(record: ProcessRecord): void {
    this.tracker.forked(factsOf(record));
  }

  executed(record: ProcessRecord, copied: Copied): void {
    const facts = factsOf(record);
    this.tracker.executed(facts, this.#execution(facts.pid, copied), copied.isOfKernel);
    this.#options.containers.executed({ ...facts, atNs: record.atNs });
  }

  exited(record: ProcessRecord): void {
    const facts = factsOf(record);
    const { atNs, status } = record;
    const exit = exitOf(status);
    const process = this.tracker.exited(facts, { atNs, exit, cpu: cpuTime(record) });
    if (process === undefined) return;
    this.#options.containers.exited({ ...facts, atNs }, { ...exit, oomKilled: process.oomKilled });
  }

  oomKilled({ pid, startedNs, residentPages, atNs }: OomRecord): void {
    const rssBytes = residentPages * this.#sampler.pageBytes;
    this.tracker.oomKilled({ pid, startedNs, rssBytes, atNs });
  }

  #execution(pid: number, { names, args, argsCut }: Copied): Execution {
    const { reader, showArgs } = this.#options;
    const exe = names === undefined ? reader.exe(pid) : parseNames(names);
    if (args === undefined) return { exe, ...reader.args(pid) };
    const parsed = parseArguments(args, argsCut);
    return { exe, args: showArgs(parsed.args), argsCut: parsed.argsCut };
  }

  #adopt(isMissed: boolean): void {
    const { procRoot, reader } = this.#options;
    for (const pid of listPids(procRoot)) {
      if (this.tracker.isLiving(pid)) continue;
      const found = reader.read(pid);
      if (found !== undefined) this.tracker.adopt(found.facts, found.execution, isMissed);
    }
  }

  #report(type: EventType, process: Process): void {
    if (!this.isReported) return;
    const as = type === 'process.started' ? 'started' : undefined;
    this.#options.containers.report(type, processRow(process, this.#options, as));
  }
}

function factsOf(record: ProcessRecord): ProcessFacts {
  const { pid, startedNs, parentPid, namespacePid, uid, comm, netns, cgroupId } = record;
  return { pid, startedNs, parentPid, namespacePid, uid, comm, netns, cgroupId };
}
