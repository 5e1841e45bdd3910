import type { MetricLabel } from '../lib/config/exports.ts';

/** What Kubernetes calls an end. Absent = not known. */
export interface ExportNames {
  namespace?: string | undefined;
  pod?: string | undefined;
  workload?: { kind: string; name: string } | undefined;
  service?: string | undefined;
  container?: string | undefined;
  tags?: Readonly<Record<string, string>> | undefined;
}

/** Who is behind a record. */
export interface ExportOwner {
  process?: { comm?: string | undefined } | undefined;
  container?: { id?: string | undefined } | undefined;
  kubernetes?: ExportNames | undefined;
}

/** What labels are read of: a flow as one side sees it. */
export interface LabelledFlow extends ExportOwner {
  protocol: string;
  role?: string | undefined;
  direction?: string | undefined;
  source: { port: number };
  dest: { ip: string; port: number; domain?: string | undefined; kubernetes?: ExportNames | undefined };
}

interface Reader<T> {
  /** Undefined = not known: the label is left out. */
  read(record: T): string | undefined;
  /** Its name in OTLP, after the semantic conventions where they have one. */
  attribute: string | ((record: T) => string);
}

export type LabelReader<T> = Reader<T> & { name: string };

const OWNER: Partial<Record<MetricLabel, Reader<ExportOwner>>> = {
  namespace: { read: ({ kubernetes }) => kubernetes?.namespace, attribute: 'k8s.namespace.name' },
  workload: { read: ({ kubernetes }) => kubernetes?.workload?.name, attribute: workloadAttribute },
  pod: { read: ({ kubernetes }) => kubernetes?.pod, attribute: 'k8s.pod.name' },
  service: { read: ({ kubernetes }) => kubernetes?.service, attribute: 'k8s.service.name' },
  container: {
    read: ({ kubernetes, container }) => kubernetes?.container ?? container?.id?.slice(0, 12),
    attribute: ({ kubernetes }) => (kubernetes?.container ? 'k8s.container.name' : 'container.id'),
  },
  process: { read: ({ process }) => process?.comm, attribute: 'process.executable.name' },
};

const FLOW: Partial<Record<MetricLabel, Reader<LabelledFlow>>> = {
  ...OWNER,
  peer_namespace: {
    read: ({ dest }) => dest.kubernetes?.namespace,
    attribute: 'service.peer.namespace',
  },
  peer_workload: { read: ({ dest }) => dest.kubernetes?.workload?.name, attribute: 'service.peer.name' },
  peer_pod: { read: ({ dest }) => dest.kubernetes?.pod, attribute: 'sysprobe.peer.pod.name' },
  peer_service: { read: ({ dest }) => dest.kubernetes?.service, attribute: 'sysprobe.peer.service.name' },
  peer_domain: {
    read: ({ dest }) => dest.domain,
    attribute: (flow) => (isServer(flow) ? 'client.address' : 'server.address'),
  },
  peer_ip: { read: ({ dest }) => dest.ip, attribute: 'network.peer.address' },
  port: {
    read: (flow) => String(isServer(flow) ? flow.source.port : flow.dest.port),
    attribute: 'server.port',
  },
  direction: {
    read: (flow) => (isServer(flow) ? 'incoming' : 'outgoing'),
    attribute: 'sysprobe.flow.direction',
  },
  protocol: { read: ({ protocol }) => protocol, attribute: 'network.transport' },
};

/** Where nothing is chosen: few enough series for any cluster, and something to see without one. */
export const KUBERNETES_LABELS: readonly MetricLabel[] = [
  'namespace',
  'workload',
  'peer_namespace',
  'peer_workload',
  'direction',
  'protocol',
];
export const HOST_LABELS: readonly MetricLabel[] = ['container', 'process', 'direction', 'protocol'];

export interface LabelChoice {
  labels: readonly MetricLabel[];
  /** Tags that pods have of their labels: each is a label too. */
  podTags: readonly string[];
}

export function flowLabels({ labels, podTags }: LabelChoice): LabelReader<LabelledFlow>[] {
  return [...readersOf(FLOW, labels), ...podTags.map(tagReader)];
}

/** Those of the chosen labels that tell of an owner. */
export function ownerLabels({ labels, podTags }: LabelChoice): LabelReader<ExportOwner>[] {
  return [...readersOf(OWNER, labels), ...podTags.map(tagReader)];
}

function readersOf<T>(
  readers: Partial<Record<MetricLabel, Reader<T>>>,
  labels: readonly MetricLabel[],
): LabelReader<T>[] {
  return labels.flatMap((name) => {
    const reader = readers[name];
    return reader ? [{ name, ...reader }] : [];
  });
}

function tagReader(tag: string): LabelReader<ExportOwner> {
  return { name: labelName(tag), read: ({ kubernetes }) => kubernetes?.tags?.[tag], attribute: tag };
}

/** What a tag is called where only letters, digits and `_` may stand. */
export function labelName(tag: string): string {
  const name = tag.replace(/[^A-Za-z0-9_]/g, '_');
  return /^[A-Za-z]/.test(name) ? name : `tag_${name}`;
}

export function isServer({ role, direction }: Pick<LabelledFlow, 'role' | 'direction'>): boolean {
  return role === undefined ? direction === 'incoming' : role === 'server';
}

function workloadAttribute({ kubernetes }: ExportOwner): string {
  return `k8s.${(kubernetes?.workload?.kind ?? 'workload').toLowerCase()}.name`;
}
