import type { Container, ContainerStatus, Node, Pod, Service } from 'kubernetes-types/core/v1.d.ts';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.d.ts';

/** What is kept of the objects of Kubernetes. All text is cut to what Kubernetes allows, and lists are bounded. */

export interface Workload {
  kind: string;
  name: string;
}

export interface PodContainer {
  id: string;
  name: string;
  /** As the manifest says, and as the runtime found it. */
  images: string[];
}

export interface PodFacts {
  uid: string;
  /** Of a static pod: the uid that its cgroup has. */
  cgroupUid: string | undefined;
  namespace: string;
  name: string;
  node: string | undefined;
  /** None of its own in the network of the host. */
  ips: string[];
  labels: Record<string, string>;
  workload: Workload | undefined;
  phase: string | undefined;
  ready: boolean;
  restarts: number;
  containers: PodContainer[];
  startedMs: number | undefined;
}

export interface ServiceFacts {
  key: string;
  namespace: string;
  name: string;
  ips: string[];
}

export interface SliceFacts {
  key: string;
  namespace: string;
  service: string;
  endpoints: { ip: string; pod: string | undefined; namespace: string; node: string | undefined }[];
}

export interface NodeFacts {
  key: string;
  name: string;
  ips: string[];
}

const MAX_LABELS = 64;
const MAX_IPS = 16;
/** A name, a tag and a digest. */
const MAX_IMAGE = 512;
const MAX_CONTAINERS = 64;
const MAX_ENDPOINTS = 1000;
/** Of the names that Kubernetes makes up: no vowels, so that no words appear. */
const RANDOM = '[bcdfghjklmnpqrstvwxz2456789]';
const REPLICA_SET_POD = new RegExp(`^(.+)-${RANDOM}{6,10}-${RANDOM}{5}$`);

export function readPod(pod: Pod): PodFacts | undefined {
  const { metadata, spec, status } = pod;
  const { uid, name, namespace } = metadata ?? {};
  if (!isText(uid) || !isText(name) || !isText(namespace)) return undefined;
  const statuses = [
    ...list(status?.initContainerStatuses),
    ...list(status?.containerStatuses),
    ...list(status?.ephemeralContainerStatuses),
  ] as ContainerStatus[];
  const ready = list<{ type?: string; status?: string }>(status?.conditions).find(
    ({ type }) => type === 'Ready',
  );
  const mirrored = metadata?.annotations?.['kubernetes.io/config.hash'];
  const started = Date.parse(status?.startTime ?? metadata?.creationTimestamp ?? '');
  const ips = [status?.podIP, ...list<{ ip?: string }>(status?.podIPs).map(({ ip }) => ip)].filter(isText);
  return {
    uid,
    cgroupUid: isText(mirrored) ? mirrored : undefined,
    namespace,
    name,
    node: isText(spec?.nodeName) ? spec.nodeName : undefined,
    ips: spec?.hostNetwork === true ? [] : [...new Set(ips)].slice(0, MAX_IPS),
    labels: labelsOf(metadata?.labels),
    workload: workloadOf(pod),
    phase: isText(status?.phase) ? status.phase : undefined,
    ready: ready?.status === 'True',
    restarts: statuses.reduce((sum, { restartCount }) => sum + (Number(restartCount) || 0), 0),
    containers: containersOf(pod, statuses),
    startedMs: Number.isNaN(started) ? undefined : started,
  };
}

export function readService({ metadata, spec, status }: Service): ServiceFacts | undefined {
  const { name, namespace } = metadata ?? {};
  if (!isText(name) || !isText(namespace)) return undefined;
  const balanced = list<{ ip?: string }>(status?.loadBalancer?.ingress).map(({ ip }) => ip);
  const all = [spec?.clusterIP, ...list(spec?.clusterIPs), ...list(spec?.externalIPs), ...balanced];
  const ips = [...new Set(all.filter(isText))].filter((ip) => ip !== 'None').slice(0, MAX_IPS);
  return { key: `${namespace}/${name}`, namespace, name, ips };
}

export function readSlice(slice: EndpointSlice): SliceFacts | undefined {
  const { metadata, endpoints } = slice;
  const { name, namespace } = metadata ?? {};
  const service = metadata?.labels?.['kubernetes.io/service-name'];
  if (!isText(name) || !isText(namespace) || !isText(service)) return undefined;
  const found = list<NonNullable<EndpointSlice['endpoints']>[number]>(endpoints)
    .slice(0, MAX_ENDPOINTS)
    .flatMap(({ addresses, targetRef, nodeName }) => {
      const pod = targetRef?.kind === 'Pod' && isText(targetRef.name) ? targetRef.name : undefined;
      const node = isText(nodeName) ? nodeName : undefined;
      return list<string>(addresses)
        .filter(isText)
        .map((ip) => ({ ip, pod, namespace: targetRef?.namespace ?? namespace, node }));
    });
  return { key: `${namespace}/${name}`, namespace, service, endpoints: found };
}

export function readNode({ metadata, status }: Node): NodeFacts | undefined {
  const { name } = metadata ?? {};
  if (!isText(name)) return undefined;
  const ips = list<{ type?: string; address?: string }>(status?.addresses)
    .filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP')
    .map(({ address }) => address)
    .filter(isText);
  return { key: name, name, ips: ips.slice(0, MAX_IPS) };
}

/** A pod of a ReplicaSet belongs to its Deployment, one of a Job to its CronJob: both are in the names. */
function workloadOf({ metadata }: Pod): Workload | undefined {
  const owners = metadata?.ownerReferences ?? [];
  const owner = owners.find(({ controller }) => controller === true) ?? owners[0];
  if (!isText(owner?.kind) || !isText(owner.name)) return undefined;
  const { kind, name } = owner;
  const hash = metadata?.labels?.['pod-template-hash'];
  if (kind === 'ReplicaSet' && isText(hash) && name.endsWith(`-${hash}`)) {
    return { kind: 'Deployment', name: name.slice(0, -hash.length - 1) };
  }
  // The controller appends the minute, since 1970, for which the job was made.
  const cron = kind === 'Job' ? /^(.+)-\d{8,11}$/.exec(name)?.[1] : undefined;
  return cron === undefined ? { kind, name } : { kind: 'CronJob', name: cron };
}

/** What the name of a pod of another node tells; undefined when it is not of a Deployment. */
export function workloadByName(pod: string): Workload | undefined {
  const name = REPLICA_SET_POD.exec(pod)?.[1];
  return name === undefined ? undefined : { kind: 'Deployment', name };
}

function containersOf({ spec }: Pod, statuses: readonly ContainerStatus[]): PodContainer[] {
  const specs = [
    ...list<Container>(spec?.initContainers),
    ...list<Container>(spec?.containers),
    ...list<Container>(spec?.ephemeralContainers),
  ];
  const asked = new Map(specs.map(({ name, image }) => [name, image]));
  return statuses.slice(0, MAX_CONTAINERS).flatMap(({ containerID, name, image }) => {
    const id = isText(containerID) ? containerID.slice(containerID.lastIndexOf('/') + 1) : '';
    if (id === '' || !isText(name)) return [];
    const images = [asked.get(name), image].filter((text) => isImage(text));
    return [{ id, name, images: [...new Set(images)] }];
  });
}

function labelsOf(labels: unknown): Record<string, string> {
  if (typeof labels !== 'object' || labels === null) return {};
  const entries = Object.entries(labels).filter(([key, value]) => key.length <= 317 && isText(value, 0));
  return Object.fromEntries(entries.slice(0, MAX_LABELS));
}

function list<T>(value: unknown): T[] {
  return Array.isArray(value) ? value.filter((each) => each !== null && each !== undefined) : [];
}

function isText(value: unknown, least = 1): value is string {
  return typeof value === 'string' && value.length >= least && value.length <= 253;
}

function isImage(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_IMAGE;
}
