import { type Known, podNames } from './names.ts';
import type { PodContainer, PodFacts } from './objects.ts';

export interface NodePodsOptions {
  /** Pods that are there; more are counted and not kept. */
  max: number;
  /** Pods that are gone and are kept for flows that are still shown; the first to go makes room. */
  maxGone: number;
  labelsAsTags: ReadonlyMap<string, string>;
  /** Milliseconds since the epoch. */
  now: () => number;
}

interface Entry {
  pod: PodFacts;
  names: Known;
  /** Every container that it ever had. */
  containers: Set<string>;
  goneMs: number | undefined;
  list: number;
}

/** What Kubernetes tells of a container. */
type Told = Pick<PodContainer, 'images'> & { name: string | undefined };

export interface PodOfContainer {
  names: Known;
  /** Undefined before Kubernetes tells of it. */
  container: string | undefined;
  images: readonly string[];
  ips: readonly string[];
}

const UNTOLD: Told = { name: undefined, images: [] };
/** A pod's own clock and the node's may differ, and a flow may be seen before its pod. */
const SLACK_MS = 2000;
const MAX_CONTAINERS = 512;
const FINISHED = new Set(['Succeeded', 'Failed']);

/** The pods of the node by uid, container and address, also for a while when they are gone. */
export class NodePods {
  readonly #options: NodePodsOptions;
  readonly #byUid = new Map<string, Entry>();
  readonly #byContainer = new Map<string, { entry: Entry } & Told>();
  /** The newest last: an address is given again. */
  readonly #byIp = new Map<string, Entry[]>();
  readonly #gone = new Set<Entry>();
  #entries = 0;
  #list = 0;
  #evicted = 0;
  #refused = 0;
  version = 0;

  constructor(options: NodePodsOptions) {
    this.#options = options;
  }

  get counts(): { pods: number; gone: number; evicted: number; refused: number } {
    const gone = this.#gone.size;
    return { pods: this.#entries - gone, gone, evicted: this.#evicted, refused: this.#refused };
  }

  beginList(): void {
    this.#list += 1;
  }

  endList(): void {
    for (const entry of new Set(this.#byUid.values())) if (entry.list !== this.#list) this.#leave(entry);
  }

  put(pod: PodFacts): void {
    this.version += 1;
    let entry = this.#byUid.get(pod.uid);
    if (entry === undefined) {
      if (this.#entries - this.#gone.size >= this.#options.max) {
        this.#refused += 1;
        return;
      }
      entry = { pod, names: { key: pod.uid }, containers: new Set(), goneMs: undefined, list: 0 };
      this.#entries += 1;
      this.#byUid.set(pod.uid, entry);
    }
    if (pod.cgroupUid !== undefined) this.#byUid.set(pod.cgroupUid, entry);
    entry.list = this.#list;
    const before = entry.pod;
    entry.pod = pod;
    podNames(entry.names, pod, this.#options.labelsAsTags);
    for (const container of pod.containers) this.#own(entry, container.id, container);
    for (const ip of pod.ips) this.#address(entry, ip);
    for (const ip of before.ips) if (!pod.ips.includes(ip)) this.#leaveAddress(entry, ip);
    if (FINISHED.has(pod.phase ?? '')) this.#leave(entry);
    else this.#return(entry);
  }

  remove({ uid }: Pick<PodFacts, 'uid'>): void {
    const entry = this.#byUid.get(uid);
    if (entry !== undefined) this.#leave(entry);
  }

  /** The pod of a container; `cgroupUid` finds it before Kubernetes tells which containers it has. */
  ofContainer(container: string, cgroupUid?: string): PodOfContainer | undefined {
    const known = this.#byContainer.get(container);
    if (known !== undefined) {
      const { entry, name, images } = known;
      return { names: entry.names, container: name, images, ips: entry.pod.ips };
    }
    const entry = cgroupUid === undefined ? undefined : this.#byUid.get(cgroupUid);
    if (entry === undefined) return undefined;
    this.#own(entry, container, UNTOLD);
    return { names: entry.names, container: undefined, images: [], ips: entry.pod.ips };
  }

  /** The pod that had the address at a time in milliseconds since the epoch, else the one that has it. */
  ofAddress(ip: string, atMs?: number): Known | undefined {
    const entries = this.#byIp.get(ip);
    if (entries === undefined) return undefined;
    const current = entries.at(-1);
    if (atMs === undefined) return current?.goneMs === undefined ? current?.names : undefined;
    return entries.findLast(({ pod, goneMs }) => {
      return (pod.startedMs ?? 0) <= atMs + SLACK_MS && (goneMs === undefined || atMs <= goneMs + SLACK_MS);
    })?.names;
  }

  #own(entry: Entry, id: string, { name, images }: Told): void {
    if (entry.containers.size >= MAX_CONTAINERS && !entry.containers.has(id)) {
      const [oldest] = entry.containers;
      if (oldest !== undefined) this.#disown(entry, oldest);
    }
    entry.containers.add(id);
    this.#byContainer.set(id, { entry, name, images });
  }

  #disown(entry: Entry, id: string): void {
    entry.containers.delete(id);
    this.#byContainer.delete(id);
  }

  #address(entry: Entry, ip: string): void {
    const entries = this.#byIp.get(ip);
    if (entries === undefined) this.#byIp.set(ip, [entry]);
    else if (!entries.includes(entry)) entries.push(entry);
  }

  #leaveAddress(entry: Entry, ip: string): void {
    const left = this.#byIp.get(ip)?.filter((each) => each !== entry) ?? [];
    if (left.length === 0) this.#byIp.delete(ip);
    else this.#byIp.set(ip, left);
  }

  #leave(entry: Entry): void {
    if (entry.goneMs !== undefined) return;
    this.version += 1;
    entry.goneMs = this.#options.now();
    this.#gone.add(entry);
    if (this.#gone.size <= this.#options.maxGone) return;
    const [oldest] = this.#gone;
    if (oldest !== undefined) this.#forget(oldest);
    this.#evicted += 1;
  }

  /** A list may lack a pod that the next one has. */
  #return(entry: Entry): void {
    if (this.#gone.delete(entry)) entry.goneMs = undefined;
  }

  #forget(entry: Entry): void {
    const { pod, containers } = entry;
    this.#gone.delete(entry);
    this.#entries -= 1;
    this.#byUid.delete(pod.uid);
    if (pod.cgroupUid !== undefined) this.#byUid.delete(pod.cgroupUid);
    for (const id of containers) this.#byContainer.delete(id);
    for (const ip of pod.ips) this.#leaveAddress(entry, ip);
  }
}
