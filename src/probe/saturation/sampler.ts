import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Container } from '../containers/container.ts';
import type { CgroupLayout, Directories } from './cgroup-layout.ts';
import { FileReader } from './file-reader.ts';
import { type NodeSample, readNode } from './node.ts';
import { setRates } from './rates.ts';
import { type Limits, readCgroup, readLimits } from './read-cgroup.ts';
import type { Saturation } from './saturation.ts';

export interface SamplerOptions {
  layout: CgroupLayout;
  procRoot: string;
  bootNs: () => number;
}

/** So many are read, in some milliseconds, before what else waits has its turn. */
const CONTAINERS_A_TURN = 16;
/** Limits are changed by people. */
const SAMPLES_A_LIMIT = 6;

interface Known {
  directories: Directories;
  limits: Limits;
  samples: number;
}

/** Reads how much the node and its containers use and wait for. */
export class SaturationSampler {
  readonly #options: SamplerOptions;
  readonly #files = new FileReader();
  readonly #known = new WeakMap<Container, Known>();
  #node: NodeSample | undefined;
  #rounds = 0;
  #busyMs = 0;

  constructor(options: SamplerOptions) {
    this.#options = options;
  }

  /** The node's last sample. */
  get node(): NodeSample | undefined {
    return this.#node;
  }

  get counters() {
    return { rounds: this.#rounds, busyMs: this.#busyMs, files: this.#files.reads };
  }

  /** Reads the node and all of them, a few in each turn of the event loop; gives those whose cgroup is gone. */
  async round(containers: Iterable<Container>): Promise<Container[]> {
    this.#rounds++;
    this.#sampleNode();
    const gone: Container[] = [];
    let turnStart = performance.now();
    let inTurn = 0;
    // A copy: the table changes between the turns.
    for (const container of [...containers]) {
      if (!this.sample(container)) gone.push(container);
      if (++inTurn < CONTAINERS_A_TURN) continue;
      this.#busyMs += performance.now() - turnStart;
      await nextTurn();
      turnStart = performance.now();
      inTurn = 0;
    }
    this.#busyMs += performance.now() - turnStart;
    return gone;
  }

  /** What is left of a container that has ended: all of it, or the last sample stays. */
  sampleLast(container: Container): void {
    const before = container.saturation;
    this.sample(container);
    if (container.saturation?.cpu.usageUs === undefined) container.saturation = before;
  }

  /** False when the cgroup is gone; the last sample stays. */
  sample(container: Container): boolean {
    const known = this.#known.get(container) ?? this.#meet(container);
    const totals = readCgroup(this.#files.read, known.directories);
    if (totals === undefined) return false;
    if (known.samples++ % SAMPLES_A_LIMIT === 0)
      known.limits = readLimits(this.#files.read, known.directories);
    const { millicores, memoryBytes, pids } = known.limits;
    if (millicores !== undefined) totals.cpu.limitMillicores = millicores;
    if (memoryBytes !== undefined) totals.memory.limitBytes = memoryBytes;
    if (pids !== undefined) totals.pids.limit = pids;
    const sample: Saturation = { atNs: this.#options.bootNs(), ...totals };
    setRates(sample, container.saturation);
    container.saturation = sample;
    return true;
  }

  #meet(container: Container): Known {
    const { cgroup, pid } = container;
    const known = { directories: this.#options.layout.directories(cgroup.path, pid), limits: {}, samples: 0 };
    this.#known.set(container, known);
    return known;
  }

  #sampleNode(): void {
    const node: NodeSample = {
      atNs: this.#options.bootNs(),
      ...readNode(this.#files.read, this.#options.procRoot),
    };
    setRates(node, this.#node);
    this.#node = node;
  }
}
