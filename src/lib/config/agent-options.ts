import { LOGGED_EVENTS, type LoggedEventType, METRIC_LABELS, type MetricLabel } from './exports.ts';
import {
  absolutePath,
  boolean,
  bytes,
  host,
  httpHeaders,
  httpUrl,
  integer,
  optional,
  someOf,
  word,
} from './kinds.ts';
import { type NamedNetwork, namedNetworks } from './networks.ts';
import { type Options, option, type Values } from './option.ts';
import {
  dnsMax,
  excludeContainers,
  GiB,
  includeContainers,
  level,
  MiB,
  maxContainers,
  maxFlows,
  maxProcesses,
  socket,
} from './shared-options.ts';
import { labelsAsTags, tags } from './tags.ts';

export const agentOptions = {
  socket,
  listenHost: option({
    kind: host,
    default: '127.0.0.1',
    doc: 'Address that the page, the API and the metrics are served on; one that others can reach needs `tokenFile`.',
  }),
  tokenFile: option({
    kind: optional(absolutePath),
    default: undefined,
    doc: 'File with the token that requests for the page, the API and the metrics must carry; read again for each request.',
  }),
  listenPort: option({
    kind: integer(0, 65_535),
    default: 7676,
    doc: 'Port that the page, the API and the metrics are served on; 0 takes a free one.',
  }),
  maxFlows,
  maxClosedFlows: option({
    kind: integer(0, 4_194_304),
    default: 65_536,
    doc: 'Closed connections kept for the map and for queries; the oldest makes room and is counted.',
  }),
  networks: option<readonly NamedNetwork[]>({
    kind: namedNetworks,
    default: [],
    doc: 'Names of networks: an address outside this node that has no domain is drawn on the map as the first that it is in.',
  }),
  historySeconds: option({
    kind: integer(1, 86_400),
    default: 3_600,
    doc: 'How far back the map and the lists of flows can be asked for.',
  }),
  historyBytes: option({
    kind: bytes(MiB, 64 * GiB),
    default: 60 * MiB,
    doc: 'Memory for what was earlier; beyond it the oldest is forgotten, and the map looks back less far.',
  }),
  historyFolder: option({
    kind: optional(absolutePath),
    default: undefined,
    doc: 'A folder for the history, which then survives a restart; without it, it is kept in memory alone.',
  }),
  historyFileBytes: option({
    kind: bytes(MiB, 1024 * GiB),
    default: 256 * MiB,
    doc: 'Of the files of the history; beyond it the oldest is removed.',
  }),
  dnsMax,
  maxContainers,
  maxProcesses,
  excludeContainers,
  includeContainers,
  kubernetes: option<'auto' | 'api' | 'kubelet' | 'off'>({
    kind: word('auto', 'api', 'kubelet', 'off'),
    default: 'auto',
    doc: 'Where names of pods and services come from; `auto` is the API server where its address is known, but pods are read of the kubelet where its host is given and `nodeName` is not; without either there are no names.',
  }),
  kubernetesHost: option({
    kind: optional(host),
    default: undefined,
    env: ['KUBERNETES_SERVICE_HOST'],
    doc: 'The API server, which Kubernetes tells every pod.',
  }),
  kubernetesPort: option({
    kind: integer(1, 65_535),
    default: 443,
    env: ['KUBERNETES_SERVICE_PORT'],
    doc: 'Its port.',
  }),
  kubernetesTokenFile: option({
    kind: absolutePath,
    default: '/var/run/secrets/kubernetes.io/serviceaccount/token',
    doc: 'The token for the API server and the kubelet; read again for each request.',
  }),
  kubernetesCaFile: option({
    kind: absolutePath,
    default: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
    doc: 'Who vouches for the API server and the kubelet.',
  }),
  nodeName: option({
    kind: optional(host),
    default: undefined,
    env: ['NODE_NAME', 'DD_KUBERNETES_KUBELET_NODENAME'],
    doc: 'The name that Kubernetes has for this node; without it, the host name.',
  }),
  kubeletHost: option({
    kind: optional(host),
    default: undefined,
    env: ['DD_KUBERNETES_KUBELET_HOST'],
    doc: 'The kubelet of this node, usually its address.',
  }),
  kubeletPort: option({
    kind: integer(1, 65_535),
    default: 10_250,
    env: ['DD_KUBERNETES_HTTPS_KUBELET_PORT'],
    doc: 'The port of the kubelet.',
  }),
  kubeletTlsVerify: option({
    kind: boolean,
    default: true,
    env: ['DD_KUBELET_TLS_VERIFY'],
    doc: 'Whether the certificate of the kubelet must be one that `kubernetesCaFile` vouches for.',
  }),
  kubeletIntervalMs: option({
    kind: integer(1000, 600_000),
    default: 10_000,
    doc: 'How often the kubelet is asked for its pods.',
  }),
  maxGonePods: option({
    kind: integer(0, 65_536),
    default: 1024,
    doc: 'Pods that are gone, and as many addresses of services, endpoints and nodes, kept for flows that are still shown; the first to go makes room and is counted.',
  }),
  podLabelsAsTags: option<ReadonlyMap<string, string>>({
    kind: labelsAsTags,
    default: new Map(),
    env: ['DD_KUBERNETES_POD_LABELS_AS_TAGS'],
    doc: 'Labels of pods that are given as tags in records and metrics.',
  }),
  tags: option<readonly string[]>({
    kind: tags,
    default: [],
    env: ['DD_TAGS'],
    doc: 'Tags of everything that this agent exports.',
  }),
  metricsLabels: option<readonly MetricLabel[] | undefined>({
    kind: optional(someOf(METRIC_LABELS)),
    default: undefined,
    doc: 'What the metrics of flows and DNS are told apart by; without it, namespaces and workloads of both ends, direction and protocol, or outside Kubernetes container, process, direction and protocol.',
  }),
  metricsMaxSeries: option({
    kind: integer(1, 100_000),
    default: 1000,
    doc: 'Sets of labels of the metrics of flows, and as many of DNS; the records of a set that finds no place are counted together under `~other`.',
  }),
  metricsIdleSeconds: option({
    kind: integer(1, 86_400),
    default: 900,
    doc: 'How long a set of labels stays in the metrics after the last that was counted for it.',
  }),
  otlpEndpoint: option({
    kind: optional(httpUrl),
    default: undefined,
    env: ['OTEL_EXPORTER_OTLP_ENDPOINT'],
    doc: 'OTLP receiver that metrics, and with `otlpLogs` events, are sent to, `/v1/metrics` and `/v1/logs` behind it; without it, none.',
  }),
  otlpProtocol: option<'http/protobuf' | 'http/json'>({
    kind: word('http/protobuf', 'http/json'),
    default: 'http/protobuf',
    env: ['OTEL_EXPORTER_OTLP_PROTOCOL'],
    doc: 'The form of what is sent.',
  }),
  otlpHeaders: option<ReadonlyMap<string, string>>({
    kind: httpHeaders,
    default: new Map(),
    env: ['OTEL_EXPORTER_OTLP_HEADERS'],
    doc: 'Headers of what is sent, such as a key.',
  }),
  otlpCompression: option<'gzip' | 'none'>({
    kind: word('gzip', 'none'),
    default: 'gzip',
    env: ['OTEL_EXPORTER_OTLP_COMPRESSION'],
    doc: 'How what is sent is compressed.',
  }),
  otlpCaFile: option({
    kind: optional(absolutePath),
    default: undefined,
    env: ['OTEL_EXPORTER_OTLP_CERTIFICATE'],
    doc: 'Certificates that vouch for the receiver, in PEM, instead of those that Node.js trusts.',
  }),
  otlpTimeoutMs: option({
    kind: integer(100, 600_000),
    default: 10_000,
    env: ['OTEL_EXPORTER_OTLP_TIMEOUT'],
    doc: 'How long the receiver may take to answer.',
  }),
  otlpIntervalMs: option({
    kind: integer(100, 3_600_000),
    default: 60_000,
    env: ['OTEL_METRIC_EXPORT_INTERVAL'],
    doc: 'How often metrics are sent.',
  }),
  otlpLogs: option<readonly LoggedEventType[]>({
    kind: someOf(LOGGED_EVENTS),
    default: [],
    doc: 'Events that are sent as logs.',
  }),
  healthPort: option({
    kind: integer(0, 65_535),
    default: 0,
    env: ['DD_HEALTH_PORT'],
    doc: 'Port on all addresses for `/health` and `/ready` alone, which the kubelet probes; 0 is none.',
  }),
  logLevel: level,
} satisfies Options;

export type AgentOptions = Values<typeof agentOptions>;
