import type { Node, Pod, Service } from 'kubernetes-types/core/v1.d.ts';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.d.ts';
import type { Logger } from '../../lib/log.ts';
import { type Access, ApiClient, urlOf } from './api-client.ts';
import { KubeletPoll } from './kubelet.ts';
import { NodePods } from './node-pods.ts';
import { readNode, readPod, readService, readSlice } from './objects.ts';
import {
  type ObjectSink,
  ResourceWatch,
  type WatchLimits,
  type WatchRuntime,
  type WatchStatus,
} from './resource-watch.ts';
import { Services } from './services.ts';

/** Where the metadata comes from: pods from the kubelet where there is one, all else from the API server. */
export type Source = { api: Access; node: string } | { api?: Access; kubelet: Kubelet };

export interface Kubelet {
  access: Access;
  intervalMs: number;
}

export interface KubernetesOptions {
  source: Source;
  labelsAsTags: ReadonlyMap<string, string>;
  maxGonePods: number;
  log: Logger;
  now: () => number;
  random: () => number;
  limits?: Partial<WatchLimits>;
}

export interface KubernetesStatus {
  urls: readonly string[];
  /** Whose pods the API server is asked for; undefined when the kubelet is. */
  node: string | undefined;
  watches: readonly Readonly<WatchStatus>[];
  tables: { name: string; used: number; max: number; evicted: number }[];
}

/** For the kubelet to tell of a container that it started, and for the API server to pass it on. */
const DELAY_MS = 5000;
const MAX_PODS = 2048;
const MAX_SERVICES = 20_000;
const MAX_NODES = 10_000;

/** What Kubernetes knows of this node, kept up to date. */
export class Kubernetes {
  readonly pods: NodePods;
  readonly services: Services;
  readonly #urls: readonly string[];
  readonly #node: string | undefined;
  readonly #watches: readonly { run(signal: AbortSignal): Promise<void>; status: Readonly<WatchStatus> }[];
  readonly #maxGonePods: number;
  readonly #delayMs: number;
  readonly #stop = new AbortController();
  #running: Promise<unknown> | undefined;

  constructor(options: KubernetesOptions) {
    const { source, labelsAsTags, maxGonePods, now } = options;
    this.#maxGonePods = maxGonePods;
    const maxima = { maxServices: MAX_SERVICES, maxNodes: MAX_NODES, maxPast: maxGonePods };
    this.services = new Services({ ...maxima, now });
    this.pods = new NodePods({ max: MAX_PODS, maxGone: maxGonePods, labelsAsTags, now });
    this.#node = 'kubelet' in source ? undefined : source.node;
    const servers = 'kubelet' in source ? [source.kubelet.access, source.api] : [source.api];
    this.#urls = servers.flatMap((access) => access ?? []).map(urlOf);
    this.#watches = this.#watchesOf(options);
    this.#delayMs = DELAY_MS + ('kubelet' in source ? source.kubelet.intervalMs : 0);
  }

  start(): void {
    const { signal } = this.#stop;
    this.#running ??= Promise.all(this.#watches.map((watch) => watch.run(signal)));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Whether all pods of the node have been told of, once at least. */
  get knowsPods(): boolean {
    return (this.#watches[0]?.status.lists ?? 0) > 0;
  }

  /** Within which a pod that is new is told of. */
  get delayMs(): number {
    return this.#delayMs;
  }

  /** Grows whenever a name may have changed. */
  get version(): number {
    return this.pods.version + this.services.version;
  }

  get status(): KubernetesStatus {
    const { pods, gone, evicted, refused } = this.pods.counts;
    const { services, slices, nodes, past } = this.services;
    return {
      urls: this.#urls,
      node: this.#node,
      watches: this.#watches.map(({ status }) => status),
      tables: [
        { name: 'pods', used: pods, max: MAX_PODS, evicted: refused },
        { name: 'gonePods', used: gone, max: this.#maxGonePods, evicted },
        { name: 'goneAddresses', ...past },
        { name: 'services', used: services.size, max: MAX_SERVICES, evicted: services.refused },
        { name: 'endpointSlices', used: slices.size, max: MAX_SERVICES * 2, evicted: slices.refused },
        { name: 'nodes', used: nodes.size, max: MAX_NODES, evicted: nodes.refused },
      ],
    };
  }

  #watchesOf({ source, log, random, limits = {} }: KubernetesOptions) {
    const tools = { log, random, limits };
    const pods: ObjectSink<Pod> = reading(this.pods, readPod);
    const ofCluster = source.api ? this.#clusterWatches({ ...tools, client: new ApiClient(source.api) }) : [];
    if ('kubelet' in source) {
      const { access, intervalMs } = source.kubelet;
      return [new KubeletPoll(pods, { ...tools, client: new ApiClient(access), intervalMs }), ...ofCluster];
    }
    const ofNode = { path: '/api/v1/pods', fieldSelector: `spec.nodeName=${source.node}`, sink: pods };
    return [new ResourceWatch(ofNode, { ...tools, client: new ApiClient(source.api) }), ...ofCluster];
  }

  #clusterWatches(runtime: WatchRuntime) {
    const { services, slices, nodes } = this.services;
    return [
      new ResourceWatch<Service>({ path: '/api/v1/services', sink: reading(services, readService) }, runtime),
      new ResourceWatch<EndpointSlice>(
        { path: '/apis/discovery.k8s.io/v1/endpointslices', sink: reading(slices, readSlice) },
        runtime,
      ),
      new ResourceWatch<Node>({ path: '/api/v1/nodes', sink: reading(nodes, readNode) }, runtime),
    ];
  }
}

/** Keeps of each object only what is read of it; what it lacks to be one is left out. */
function reading<T, Facts>(
  into: ObjectSink<Facts & object>,
  read: (object: T) => (Facts & object) | undefined,
): ObjectSink<T> {
  const found = (use: (facts: Facts & object) => void) => (object: T) => {
    const facts = read(object);
    if (facts !== undefined) use(facts);
  };
  return {
    beginList: () => into.beginList(),
    put: found((facts) => into.put(facts)),
    endList: () => into.endList(),
    remove: found((facts) => into.remove(facts)),
  };
}
