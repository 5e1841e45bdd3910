import { BoundedMap } from '../../lib/bounded-map.ts';
import {
  type CpuTime,
  type Execution,
  execute,
  isSame,
  newProcess,
  type Process,
  type ProcessExit,
  type ProcessFacts,
} from './process.ts';

export interface ProcessTrackerOptions {
  /** Processes at once, and as many that ended. */
  maxProcesses: number;
  /** Since when the kernel tells of processes, in nanoseconds since boot. */
  sinceNs: number;
  onEvent(type: 'process.started' | 'process.exited' | 'oom', process: Process): void;
}

/** How a process ended, and what it had used. */
export interface ProcessEnd {
  atNs: number;
  exit: ProcessExit;
  cpu: CpuTime | undefined;
}

export interface OomKill {
  pid: number;
  /** 0 = not known, as `rssBytes`. */
  startedNs: number;
  rssBytes: number;
  atNs: number;
}

const SIGKILL = 9;

/** Most of what is forked executes something within this time, and is told of with that. */
const FORK_PATIENCE_NS = 100e6;

/** The lives of the processes of the node, put together from what the kernel tells and what /proc shows. */
export class ProcessTracker {
  readonly #options: ProcessTrackerOptions;
  /** By pid. */
  readonly #living: BoundedMap<number, Process>;
  readonly #ended: BoundedMap<Process, Process>;
  /** The last one of each pid that ended. */
  readonly #endedByPid: BoundedMap<number, Process>;
  /** To be told of as started, with when they forked, or 0 when they executed. */
  readonly #untold = new Map<Process, number>();
  #startsUnseen = 0;
  #endsUnseen = 0;

  constructor(options: ProcessTrackerOptions) {
    this.#options = options;
    this.#living = new BoundedMap(options.maxProcesses);
    this.#ended = new BoundedMap(options.maxProcesses);
    this.#endedByPid = new BoundedMap(options.maxProcesses);
  }

  get counters() {
    return {
      living: this.#living.size,
      livingEvicted: this.#living.evicted,
      ended: this.#ended.size,
      endedEvicted: this.#ended.evicted,
      startsUnseen: this.#startsUnseen,
      endsUnseen: this.#endsUnseen,
    };
  }

  /** Those that live first, then those that ended, oldest first. */
  *[Symbol.iterator](): Generator<Process> {
    yield* this.#living.values();
    yield* this.#ended.values();
  }

  living(): Generator<Process> {
    return this.#living.values();
  }

  isLiving(pid: number): boolean {
    return this.#living.get(pid) !== undefined;
  }

  /** The process that had `pid` at `atNs`; without it, the one that has or had it last. */
  find(pid: number, atNs = Number.POSITIVE_INFINITY): Process | undefined {
    const living = this.#living.get(pid);
    if (living !== undefined && living.startedNs <= atNs) return living;
    const ended = this.#endedByPid.get(pid);
    return ended !== undefined && ended.startedNs <= atNs ? ended : undefined;
  }

  forked(facts: ProcessFacts): void {
    if (this.#lifeOf(facts) !== undefined) return;
    const parent = this.#living.get(facts.parentPid);
    this.#untold.set(this.#begin(newProcess(facts, parent)), facts.startedNs);
  }

  /** `isOfKernel`: the kernel started it, and does not tell of that. */
  executed(facts: ProcessFacts, execution: Execution, isOfKernel = false): void {
    const process = this.#living.get(facts.pid);
    const isKnown = process !== undefined && isSame(process, facts);
    const known = isKnown ? process : isOfKernel ? this.#begin(newProcess(facts)) : this.#meet(facts);
    execute(known, facts, execution);
    this.#untold.set(known, 0);
  }

  /** Returns the process; undefined when it was known to have ended. */
  exited(facts: ProcessFacts, { atNs, exit, cpu }: ProcessEnd): Process | undefined {
    const known = this.#lifeOf(facts);
    if (known !== undefined && known.exitedNs !== 0) return undefined;
    const process = known ?? this.#meet(facts);
    this.#tell(process);
    process.comm = facts.comm;
    process.exit = exit;
    // What is marked for want of memory may have been about to end by itself.
    process.oomKilled &&= exit.signal === SIGKILL;
    if (cpu !== undefined) process.usage = { ...process.usage, atNs, cpu };
    this.#end(process, atNs);
    return process;
  }

  /** Chosen to be killed for want of memory. */
  oomKilled({ pid, startedNs, rssBytes, atNs }: OomKill): void {
    const process = this.#living.get(pid);
    if (process === undefined || (startedNs > 0 && !isSame(process, { pid, startedNs }))) return;
    process.oomKilled = true;
    if (rssBytes > 0) process.usage = { ...process.usage, atNs, memory: { rssBytes } };
    this.#tell(process);
    this.#options.onEvent('oom', process);
  }

  /** It is in /proc; `isMissed`: the kernel should have told of it by now. */
  adopt(facts: ProcessFacts, execution: Execution, isMissed: boolean): void {
    if (this.#lifeOf(facts) !== undefined) return;
    const process = this.#begin(newProcess(facts, execution));
    if (facts.startedNs < this.#options.sinceNs) return;
    if (isMissed) this.#startsUnseen++;
    this.#untold.set(process, 0);
  }

  /** It is in /proc no more, and how it ended was not seen. */
  vanished(process: Process, atNs: number): void {
    if (this.#living.get(process.pid) !== process) return;
    this.#endsUnseen++;
    this.#end(process, atNs);
  }

  /** All that the kernel told until `nowNs` was handed over: tells of what has started. */
  settle(nowNs: number): void {
    for (const [process, forkedNs] of this.#untold)
      if (nowNs - forkedNs >= FORK_PATIENCE_NS) this.#tell(process);
  }

  #begin(process: Process): Process {
    const before = this.#living.get(process.pid);
    // Its pid was given anew, so that it has ended.
    if (before !== undefined) this.vanished(before, process.startedNs);
    this.#living.set(process.pid, process);
    return process;
  }

  /** One whose start was lost, or that ended before anyone looked for older ones. */
  #meet(facts: ProcessFacts): Process {
    if (facts.startedNs >= this.#options.sinceNs) this.#startsUnseen++;
    return this.#begin(newProcess(facts, this.#living.get(facts.parentPid)));
  }

  #end(process: Process, atNs: number): void {
    this.#tell(process);
    process.exitedNs = atNs;
    this.#living.delete(process.pid);
    this.#ended.set(process, process);
    this.#endedByPid.set(process.pid, process);
    this.#options.onEvent('process.exited', process);
  }

  #tell(process: Process): void {
    if (this.#untold.delete(process)) this.#options.onEvent('process.started', process);
  }

  #lifeOf(facts: ProcessFacts): Process | undefined {
    return [this.#living.get(facts.pid), this.#endedByPid.get(facts.pid)].find(
      (process) => process !== undefined && isSame(process, facts),
    );
  }
}
