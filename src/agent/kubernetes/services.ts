import type { Known } from './names.ts';
import { type NodeFacts, type ServiceFacts, type SliceFacts, workloadByName } from './objects.ts';

/** What an address is to the services of the cluster. */
interface Target {
  known: Known;
  /** Names of slices, each with its service. */
  services: Map<string, string>;
}

/** Objects by key, with what is to be undone when one changes or goes. */
class Keyed<T extends { key: string }> {
  readonly #add: (object: T) => void;
  readonly #drop: (object: T) => void;
  readonly #max: number;
  #objects = new Map<string, T>();
  #met: Set<string> | undefined;
  refused = 0;

  constructor(max: number, add: (object: T) => void, drop: (object: T) => void) {
    this.#max = max;
    this.#add = add;
    this.#drop = drop;
  }

  get size(): number {
    return this.#objects.size;
  }

  beginList(): void {
    this.#met = new Set();
  }

  endList(): void {
    for (const [key, object] of this.#objects) if (this.#met?.has(key) === false) this.remove(object);
    this.#met = undefined;
  }

  put(object: T): void {
    const { key } = object;
    this.#met?.add(key);
    const before = this.#objects.get(key);
    if (before !== undefined) this.#drop(before);
    else if (this.#objects.size >= this.#max) {
      this.refused += 1;
      return;
    }
    this.#objects.set(key, object);
    this.#add(object);
  }

  remove({ key }: Pick<T, 'key'>): void {
    const object = this.#objects.get(key);
    if (object === undefined) return;
    this.#objects.delete(key);
    this.#drop(object);
  }
}

/** The services of the cluster by the address that is called, what is behind them, and the nodes. */
export class Services {
  readonly services: Keyed<ServiceFacts>;
  readonly slices: Keyed<SliceFacts>;
  readonly nodes: Keyed<NodeFacts>;
  readonly #byIp = new Map<string, Known>();
  readonly #targets = new Map<string, Target>();
  readonly #nodeByIp = new Map<string, Known>();
  version = 0;

  constructor(max: { services: number; nodes: number }) {
    this.services = new Keyed(
      max.services,
      ({ key, namespace, name: service, ips }) => {
        this.#each(ips, (ip) => this.#byIp.set(ip, { key: `service/${key}`, namespace, service }));
      },
      ({ key, ips }) => this.#each(ips, (ip) => drop(this.#byIp, ip, `service/${key}`)),
    );
    this.slices = new Keyed(
      max.services * 2,
      (slice) => this.#addSlice(slice),
      (slice) => this.#dropSlice(slice),
    );
    this.nodes = new Keyed(
      max.nodes,
      ({ name: node, ips }) => {
        this.#each(ips, (ip) => this.#nodeByIp.set(ip, { key: `node/${node}`, node }));
      },
      ({ name: node, ips }) => this.#each(ips, (ip) => drop(this.#nodeByIp, ip, `node/${node}`)),
    );
  }

  /** The service that has the address. */
  called(ip: string): Known | undefined {
    return this.#byIp.get(ip);
  }

  node(ip: string): Known | undefined {
    return this.#nodeByIp.get(ip);
  }

  /** What is behind services at the address. */
  target(ip: string): Known | undefined {
    return this.#targets.get(ip)?.known;
  }

  /** The first by name of the services that lead to the address. */
  serviceOf(ip: string): string | undefined {
    return this.#targets.get(ip)?.known.service;
  }

  #each(ips: readonly string[], change: (ip: string) => unknown): void {
    this.version += 1;
    for (const ip of ips) change(ip);
  }

  #addSlice({ key, service, endpoints }: SliceFacts): void {
    this.version += 1;
    for (const { ip, pod, namespace, node } of endpoints) {
      const owner = pod === undefined ? ip : `${namespace}/${pod}`;
      let target = this.#targets.get(ip);
      if (target === undefined || target.known.key !== owner) {
        const workload = pod === undefined ? undefined : workloadByName(pod);
        const known: Known = {
          key: owner,
          namespace,
          ...(pod !== undefined && { pod }),
          ...(workload !== undefined && { workload }),
          ...(node !== undefined && { node }),
        };
        target = { known, services: new Map() };
        this.#targets.set(ip, target);
      }
      target.services.set(key, service);
      name(target);
    }
  }

  #dropSlice({ key, endpoints }: SliceFacts): void {
    this.version += 1;
    for (const { ip } of endpoints) {
      const target = this.#targets.get(ip);
      if (target?.services.delete(key) !== true) continue;
      if (target.services.size === 0) this.#targets.delete(ip);
      else name(target);
    }
  }
}

function name({ known, services }: Target): void {
  const [first] = [...services.values()].sort();
  if (first !== undefined) known.service = first;
}

/** The address may have been given to another since. */
function drop(byIp: Map<string, Known>, ip: string, key: string): void {
  if (byIp.get(ip)?.key === key) byIp.delete(ip);
}
