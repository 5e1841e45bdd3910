import { BoundedMap } from '../../lib/bounded-map.ts';
import { parseCgroupPath } from '../owners/cgroup-path.ts';
import type { ContainerExit, ContainerInfo } from '../runtimes/runtime.ts';
import { type Container, newContainer, workloadKey } from './container.ts';
import { CrashLoops } from './crash-loops.ts';

export interface TrackerOptions {
  /** Containers at once, and as many that ended. */
  maxContainers: number;
  /**
   * Whether processes are told of: a container has then started with its first process and ends with it. Else its
   * cgroup is all that is known of its life.
   */
  seesProcesses: boolean;
  /** A container that was not there before: its name is to be found, and settled() called with it. */
  onFound(container: Container): void;
  /** How it ended, when that was not seen. */
  findExit?(container: Container): Promise<ContainerExit | undefined>;
  /** Its first process has ended. */
  onStop?(container: Container): void;
  /** The container is known as well as it will be. */
  onEvent(type: 'container.started' | 'container.stopped', container: Container): void;
}

/** What the tracker wants to know of a process that was executed or ended. */
export interface ProcessMoment {
  pid: number;
  /** In the innermost pid namespace; 0 = not known. */
  namespacePid: number;
  comm: string;
  cgroupId: number;
  atNs: number;
}

/** runc executes a copy of itself inside the new cgroup before it becomes the command of the container. */
const RUNTIME_COMM = /^(?:runc|crun|youki|runsc|exe|\d+|memfd:.*)$/;

/** The lives of the containers of the node, put together from what the kernel tells of cgroups and processes. */
export class ContainerTracker {
  readonly #options: TrackerOptions;
  /** By id. */
  readonly #living: BoundedMap<string, Container>;
  readonly #ended: BoundedMap<Container, Container>;
  /** By the id of a cgroup that belongs to it, the ones below its own included. */
  readonly #byCgroup: BoundedMap<number, Container>;
  readonly #crashLoops: CrashLoops;
  /** Cgroup gone, but how the first process ended may still be on its way. */
  readonly #leaving = new Map<Container, number>();
  #endsUnseen = 0;

  constructor(options: TrackerOptions) {
    const { maxContainers } = options;
    this.#options = options;
    this.#living = new BoundedMap(maxContainers);
    this.#ended = new BoundedMap(maxContainers);
    this.#byCgroup = new BoundedMap(4 * maxContainers);
    this.#crashLoops = new CrashLoops(2 * maxContainers);
  }

  get counters() {
    return {
      living: this.#living.size,
      livingEvicted: this.#living.evicted,
      ended: this.#ended.size,
      endedEvicted: this.#ended.evicted,
      workloads: this.#crashLoops.tracked,
      workloadsEvicted: this.#crashLoops.evicted,
      endsUnseen: this.#endsUnseen,
    };
  }

  /** Those that live first, then those that ended, oldest first. */
  *[Symbol.iterator](): Generator<Container> {
    yield* this.#living.values();
    yield* this.#ended.values();
  }

  living(): Generator<Container> {
    return this.#living.values();
  }

  ofCgroup(id: number): Container | undefined {
    return this.#byCgroup.get(id);
  }

  made(id: number, path: string, atNs: number): void {
    const identity = parseCgroupPath(path);
    if (identity === undefined) return;
    const known = this.#living.get(identity.id);
    if (known !== undefined && isBelow(path, known.cgroup.path)) {
      // Also when the container is started anew before the end of its last life was seen.
      if (path !== known.cgroup.path) return void this.#byCgroup.set(id, known);
      if (id === known.cgroup.id) return;
      this.#end(known, known.stoppedNs || atNs);
    } else if (known !== undefined) return;
    const container = newContainer(identity, { cgroup: { id, path }, createdNs: atNs });
    this.#living.set(identity.id, container);
    this.#byCgroup.set(id, container);
    this.#options.onFound(container);
    if (!this.#options.seesProcesses) this.#start(container, atNs);
  }

  /** It was there before the probe. */
  adopt(id: number, path: string): Container | undefined {
    if (this.#byCgroup.get(id) !== undefined) return undefined;
    this.made(id, path, 0);
    const container = this.#byCgroup.get(id);
    return container?.cgroup.id === id ? container : undefined;
  }

  removed(id: number, atNs: number): void {
    const container = this.#byCgroup.get(id);
    if (container?.cgroup.id !== id) return;
    if (container.state === 'exited' || !this.#options.seesProcesses) this.#end(container, atNs);
    else this.#leaving.set(container, atNs);
  }

  executed(process: ProcessMoment): void {
    const container = this.#byCgroup.get(process.cgroupId);
    if (container === undefined || container.state === 'exited') return;
    const { pid, namespacePid, comm, atNs } = process;
    const isFirst = namespacePid === 1 || (container.pid === 0 && !RUNTIME_COMM.test(comm));
    if (!isFirst || container.state === 'running') return;
    container.pid = pid;
    this.#start(container, atNs);
  }

  /** A process that was there before the probe is the first one of its container. */
  adoptFirst(container: Container, { pid, startedNs }: { pid: number; startedNs: number }): void {
    container.pid = pid;
    this.#start(container, startedNs);
  }

  exited(process: ProcessMoment, exit: { code: number; signal: number; oomKilled: boolean }): void {
    const container = this.#byCgroup.get(process.cgroupId);
    if (container === undefined) return;
    if (exit.oomKilled) container.oomKilled = true;
    if (container.pid !== process.pid || container.state === 'exited') return;
    container.exit = { code: exit.signal === 0 ? exit.code : 128 + exit.signal, signal: exit.signal };
    this.#stop(container, process.atNs);
  }

  oomKilled(cgroupId: number): void {
    const container = this.#byCgroup.get(cgroupId);
    if (container !== undefined) container.oomKilled = true;
  }

  /** All that the kernel told until `nowNs` was handed over: a cgroup that was gone then without a last process had none. */
  settle(nowNs: number): void {
    for (const [container, atNs] of this.#leaving) {
      if (atNs > nowNs) continue;
      this.#leaving.delete(container);
      this.#end(container, atNs);
    }
  }

  /** The runtime has answered for it, or will not. */
  settled(container: Container, info: ContainerInfo | undefined): void {
    container.info = info ?? container.info;
    if (container.settled) return;
    container.settled = true;
    const key = workloadKey(container);
    container.restarts = Math.max(this.#crashLoops.started(key), info?.restarts ?? 0);
    const events = container.unreported.splice(0);
    for (const type of events) {
      if (type === 'container.stopped') this.#noteEnd(container);
      this.#options.onEvent(type, container);
    }
  }

  /** Marks those that crash again and again, and takes the mark from those that do no more. */
  markCrashLoops(nowNs: number): void {
    for (const container of this.#living.values()) {
      if (container.settled) container.crashLoop = this.#crashLoops.isLooping(workloadKey(container), nowNs);
    }
  }

  #start(container: Container, atNs: number): void {
    if (container.state !== 'created') return;
    container.state = 'running';
    container.startedNs = atNs;
    this.#report('container.started', container);
  }

  #stop(container: Container, atNs: number): void {
    if (container.state === 'exited') return;
    const ran = container.state === 'running';
    container.state = 'exited';
    container.stoppedNs = atNs;
    if (!ran) return;
    this.#options.onStop?.(container);
    if (container.exit !== undefined) this.#report('container.stopped', container);
    else void this.#stopUnseen(container);
  }

  /** The kernel did not tell how it ended; a runtime may. */
  async #stopUnseen(container: Container): Promise<void> {
    const exit = await this.#options.findExit?.(container);
    if (exit === undefined) this.#endsUnseen++;
    else {
      // The runtime's code of a signal is 128 and its number; which of both it was is not known.
      container.exit = { code: exit.code, signal: 0 };
      container.oomKilled ||= exit.oomKilled;
    }
    this.#report('container.stopped', container);
  }

  /** Its cgroup is gone. One that never ran a process leaves no trace, as it left none on the machine. */
  #end(container: Container, atNs: number): void {
    const ran = container.state !== 'created';
    if (container.state === 'running') this.#stop(container, atNs);
    if (this.#living.get(container.identity.id) === container) this.#living.delete(container.identity.id);
    if (ran) this.#ended.set(container, container);
  }

  #report(type: 'container.started' | 'container.stopped', container: Container): void {
    if (!container.settled) {
      container.unreported.push(type);
      return;
    }
    if (type === 'container.stopped') this.#noteEnd(container);
    this.#options.onEvent(type, container);
  }

  #noteEnd(container: Container): void {
    const key = workloadKey(container);
    const failed = container.oomKilled || (container.exit !== undefined && container.exit.code !== 0);
    if (failed) this.#crashLoops.failed(key, container.stoppedNs);
    container.crashLoop = this.#crashLoops.isLooping(key, container.stoppedNs);
  }
}

function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}
