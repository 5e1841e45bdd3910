import { Holders } from './holders.ts';
import { Keyed } from './keyed.ts';
import type { Known } from './names.ts';
import { type NodeFacts, type ServiceFacts, type SliceFacts, workloadByName } from './objects.ts';

export interface ServicesOptions {
  maxServices: number;
  maxNodes: number;
  /** Of each kind, addresses of what is gone that are kept for flows that are still shown. */
  maxPast: number;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** What an address is to the services of the cluster. */
interface Target {
  known: Known;
  /** Names of slices, each with its service. */
  services: Map<string, string>;
}

type Endpoint = SliceFacts['endpoints'][number];

/** The services of the cluster by the address that is called, what is behind them, and the nodes: now and earlier. */
export class Services {
  readonly services: Keyed<ServiceFacts>;
  readonly slices: Keyed<SliceFacts>;
  readonly nodes: Keyed<NodeFacts>;
  readonly #maxPast: number;
  readonly #called: Holders;
  readonly #behind: Holders;
  readonly #nodes: Holders;
  /** Those that are there now. */
  readonly #targets = new Map<string, Target>();
  version = 0;

  constructor(options: ServicesOptions) {
    const { maxServices, maxNodes, maxPast } = options;
    this.#maxPast = maxPast;
    this.#called = new Holders(options);
    this.#behind = new Holders(options);
    this.#nodes = new Holders(options);
    this.services = new Keyed(maxServices, (service, before) => this.#service(service, before));
    this.slices = new Keyed(maxServices * 2, (slice, before) => this.#slice(slice, before));
    this.nodes = new Keyed(maxNodes, (node, before) => this.#node(node, before));
  }

  /** The service that has the address, or had it at that time. */
  called(ip: string, atMs?: number): Known | undefined {
    return this.#called.at(ip, atMs);
  }

  node(ip: string, atMs?: number): Known | undefined {
    return this.#nodes.at(ip, atMs);
  }

  /** What is behind services at the address; its service is the first by name of those. */
  target(ip: string, atMs?: number): Known | undefined {
    return this.#behind.at(ip, atMs);
  }

  /** Those that were, of all kinds. */
  get past(): { used: number; max: number; evicted: number } {
    const all = [this.#called, this.#behind, this.#nodes];
    const sum = (read: (holders: Holders) => number) => all.reduce((total, each) => total + read(each), 0);
    const max = this.#maxPast * all.length;
    return { used: sum(({ past }) => past), max, evicted: sum(({ evicted }) => evicted) };
  }

  #service(service: ServiceFacts | undefined, before: ServiceFacts | undefined): void {
    this.version += 1;
    if (service !== undefined) {
      const known = { key: `service/${service.key}`, namespace: service.namespace, service: service.name };
      for (const ip of service.ips) this.#called.give(ip, known);
    }
    for (const ip of gone(before?.ips, service?.ips)) this.#called.take(ip, `service/${before?.key}`);
  }

  #node(node: NodeFacts | undefined, before: NodeFacts | undefined): void {
    this.version += 1;
    if (node !== undefined) {
      const known = { key: `node/${node.name}`, node: node.name };
      for (const ip of node.ips) this.#nodes.give(ip, known);
    }
    for (const ip of gone(before?.ips, node?.ips)) this.#nodes.take(ip, `node/${before?.name}`);
  }

  #slice(slice: SliceFacts | undefined, before: SliceFacts | undefined): void {
    this.version += 1;
    if (slice !== undefined) for (const endpoint of slice.endpoints) this.#enter(slice, endpoint);
    if (before !== undefined) {
      const left = gone(addressesOf(before), addressesOf(slice));
      for (const ip of left) this.#leave(ip, before.key);
    }
  }

  #enter({ key, service }: SliceFacts, endpoint: Endpoint): void {
    const { ip } = endpoint;
    const known = knownOf(endpoint);
    let target = this.#targets.get(ip);
    if (target?.known.key !== known.key) {
      target = { known, services: new Map() };
      this.#targets.set(ip, target);
    }
    target.services.set(key, service);
    name(target);
    this.#behind.give(ip, target.known);
  }

  #leave(ip: string, slice: string): void {
    const target = this.#targets.get(ip);
    if (target?.services.delete(slice) !== true) return;
    if (target.services.size > 0) {
      name(target);
      return;
    }
    this.#targets.delete(ip);
    this.#behind.take(ip, target.known.key);
  }
}

function knownOf({ ip, pod, namespace, node }: Endpoint): Known {
  const workload = pod === undefined ? undefined : workloadByName(pod);
  return {
    key: pod === undefined ? ip : `${namespace}/${pod}`,
    namespace,
    ...(pod !== undefined && { pod }),
    ...(workload !== undefined && { workload }),
    ...(node !== undefined && { node }),
  };
}

function name({ known, services }: Target): void {
  const [first] = [...services.values()].sort();
  if (first !== undefined) known.service = first;
}

function addressesOf(slice: SliceFacts | undefined): string[] {
  return slice?.endpoints.map(({ ip }) => ip) ?? [];
}

function gone(before: readonly string[] = [], now: readonly string[] = []): string[] {
  const kept = new Set(now);
  return before.filter((ip) => !kept.has(ip));
}
