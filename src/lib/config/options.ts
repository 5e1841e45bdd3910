import { type ContainerPattern, containerPatterns } from './container-patterns.ts';
import { LOGGED_EVENTS, type LoggedEventType, METRIC_LABELS, type MetricLabel } from './exports.ts';
import {
  absolutePath,
  boolean,
  bytes,
  bytesPowerOfTwo,
  fileMode,
  host,
  httpHeaders,
  httpUrl,
  integer,
  type LogLevel,
  logLevel,
  optional,
  ports,
  socketPath,
  someOf,
  userIds,
  word,
  words,
} from './kinds.ts';
import { type NamedNetwork, namedNetworks } from './networks.ts';
import { type Options, option, type Values } from './option.ts';
import { type RuntimeSocket, runtimeSockets, usualSockets } from './runtime-sockets.ts';
import { labelsAsTags, tags } from './tags.ts';

const KiB = 2 ** 10;
const MiB = 2 ** 20;
const GiB = 2 ** 30;

const socket = option({
  kind: socketPath,
  default: '/var/run/sysprobe/sysprobe.sock',
  env: ['DD_SYSPROBE_SOCKET'],
  doc: 'The Unix socket that the probe serves and the agent reads.',
});

const level = option<LogLevel>({
  kind: logLevel,
  default: 'info',
  env: ['DD_LOG_LEVEL'],
  doc: 'What is logged, one JSON line each, to standard error.',
});

const maxFlows = option({
  kind: integer(16, 4_194_304),
  default: 65_536,
  doc: 'Open connections kept in the table; the least recently active one makes room and is counted. Half of it is for UDP.',
});

const dnsMax = option({
  kind: integer(0, 1_048_576),
  default: 8_192,
  doc: 'DNS transactions kept for queries, about 1 KiB each; the oldest makes room.',
});

const maxContainers = option({
  kind: integer(16, 1_048_576),
  default: 4096,
  doc: 'Containers kept in the table, and as many that ended; the oldest makes room and is counted.',
});

const excludeContainers = option<readonly ContainerPattern[]>({
  kind: containerPatterns,
  default: [],
  env: ['DD_AC_EXCLUDE', 'DD_CONTAINER_EXCLUDE'],
  doc: 'Containers that are not reported: the probe goes by the names that their runtime tells, the agent by those of Kubernetes.',
});

const includeContainers = option<readonly ContainerPattern[]>({
  kind: containerPatterns,
  default: [],
  env: ['DD_AC_INCLUDE', 'DD_CONTAINER_INCLUDE'],
  doc: 'Containers that are reported even when an exclusion matches them.',
});

const maxProcesses = option({
  kind: integer(16, 4_194_304),
  default: 16_384,
  doc: 'Processes kept in the table, and as many that ended, about 1 KiB each; the oldest makes room and is counted.',
});

export const probeOptions = {
  socket,
  socketMode: option({
    kind: fileMode,
    default: 0o660,
    doc: 'File mode of the socket: who may connect may read every flow of the node.',
  }),
  socketGid: option({
    kind: optional(integer(0, 4_294_967_294)),
    default: undefined,
    doc: 'Group id that the socket is given; without it the socket keeps the group of the probe.',
  }),
  allowedUids: option<readonly number[] | undefined>({
    kind: optional(userIds),
    default: undefined,
    doc: 'Users that may read the socket, of those that its file mode lets in; without it, all of those.',
  }),
  maxFlows,
  maxClosed: option({
    kind: integer(0, 4_194_304),
    default: 65_536,
    doc: 'Closed connections kept for queries; the oldest makes room.',
  }),
  ringBytes: option({
    kind: bytesPowerOfTwo(64 * KiB, GiB),
    default: 8 * MiB,
    doc: 'The kernel ring buffer; what does not fit is lost and counted.',
  }),
  replayBytes: option({
    kind: bytes(64 * KiB, GiB),
    default: 32 * MiB,
    doc: 'Memory for events that a returning reader can still be sent.',
  }),
  replayEvents: option({
    kind: integer(16, 16_777_216),
    default: 262_144,
    doc: 'Number of events that a returning reader can still be sent.',
  }),
  updateIntervalMs: option({
    kind: integer(100, 600_000),
    default: 2_000,
    doc: 'How often the counters of open connections are read.',
  }),
  udpHooks: option<'auto' | 'fentry' | 'cgroup' | 'off'>({
    kind: word('auto', 'fentry', 'cgroup', 'off'),
    default: 'auto',
    doc: 'The programs that count UDP datagrams; `auto` takes the cheapest that the kernel allows.',
  }),
  udpIdleMs: option({
    kind: integer(1000, 3_600_000),
    default: 30_000,
    doc: 'How long after its last datagram a UDP conversation is closed.',
  }),
  dnsEnabled: option({
    kind: boolean,
    default: true,
    disabledBy: ['DD_DISABLE_DNS_INSPECTION'],
    doc: 'Observe DNS. Off, or with `DD_DISABLE_DNS_INSPECTION=true`, nothing of it is loaded into the kernel.',
  }),
  dnsPorts: option({
    kind: ports(8),
    default: [53],
    doc: 'Ports that DNS servers are asked at, over UDP and TCP.',
  }),
  dnsTimeoutMs: option({
    kind: integer(100, 60_000),
    default: 6_000,
    doc: 'How long after it was last asked a DNS question without an answer has timed out; longer than clients wait before they ask again from the same socket, which is 5 s for glibc.',
  }),
  dnsMax,
  dnsRingBytes: option({
    kind: bytesPowerOfTwo(64 * KiB, GiB),
    default: 4 * MiB,
    doc: 'The kernel ring buffer of DNS messages; what does not fit is lost and counted.',
  }),
  drainIntervalMs: option({
    kind: integer(10, 10_000),
    default: 100,
    doc: 'How often the ring buffer is emptied; a filling buffer is emptied at once.',
  }),
  procRoot: option({
    kind: optional(absolutePath),
    default: undefined,
    env: ['HOST_PROC'],
    doc: 'Where the proc file system of the host is mounted; without it, /host/proc where that is one, else /proc.',
  }),
  cgroupRoot: option({
    kind: optional(absolutePath),
    default: undefined,
    doc: 'Where the cgroup hierarchies of the host are mounted; without it, /host/sys/fs/cgroup where that is there, else /sys/fs/cgroup.',
  }),
  maxContainers,
  runtimeSockets: option<readonly RuntimeSocket[]>({
    kind: runtimeSockets,
    default: usualSockets,
    doc: 'Sockets of container runtimes, which are asked for names, images and labels; `auto` tries the usual places.',
  }),
  excludeContainers,
  includeContainers,
  processesEnabled: option({
    kind: boolean,
    default: true,
    env: ['DD_PROCESS_AGENT_ENABLED'],
    doc: 'Report processes. Off, their arguments stay in the kernel, and their lives are used for those of containers and the executables of flows alone.',
  }),
  maxProcesses,
  processRingBytes: option({
    kind: bytesPowerOfTwo(64 * KiB, GiB),
    default: 4 * MiB,
    doc: 'The kernel ring buffer of processes; what does not fit is lost and counted.',
  }),
  processIntervalMs: option({
    kind: integer(1000, 600_000),
    default: 10_000,
    doc: 'How often the processor time and memory of each process are read.',
  }),
  processArgs: option({
    kind: word('redacted', 'whole', 'none'),
    default: 'redacted' as const,
    doc: 'What is reported of the arguments of processes: all but the secrets that are recognised, all, or nothing.',
  }),
  sensitiveWords: option<readonly string[]>({
    kind: words,
    default: [],
    env: ['DD_CUSTOM_SENSITIVE_WORDS'],
    doc: 'More names of options and variables whose values are secrets, beside those that are known.',
  }),
  saturationIntervalMs: option({
    kind: integer(1000, 600_000),
    default: 10_000,
    doc: 'How often the processor, memory, pressure and I/O of the node and of each container are read.',
  }),
  confine: option({
    kind: boolean,
    default: true,
    doc: 'Once it watches, let the probe start no program, load none into the kernel, open no socket of the network and trace or change no other process, by a seccomp filter.',
  }),
  binding: option<'addon' | 'ffi'>({
    kind: word('addon', 'ffi'),
    default: 'addon',
    doc: "How libbpf is called: by the package's own addon, or through `ffi-napi` and the system's `libbpf.so.1`, which are to be installed beside it.",
  }),
  runStats: option({
    kind: boolean,
    default: false,
    doc: 'Let the kernel measure the run time of the programs; costs 60 to 80 ns a run.',
  }),
  logLevel: level,
} satisfies Options;

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

export type ProbeOptions = Values<typeof probeOptions>;
export type AgentOptions = Values<typeof agentOptions>;
