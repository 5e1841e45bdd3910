import {
  absolutePath,
  boolean,
  bytes,
  bytesPowerOfTwo,
  fileMode,
  integer,
  optional,
  ports,
  userIds,
  word,
  words,
} from './kinds.ts';
import { type Options, option, type Values } from './option.ts';
import { type RuntimeSocket, runtimeSockets, usualSockets } from './runtime-sockets.ts';
import {
  dnsMax,
  excludeContainers,
  GiB,
  includeContainers,
  KiB,
  level,
  MiB,
  maxContainers,
  maxFlows,
  maxProcesses,
  socket,
} from './shared-options.ts';

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

export type ProbeOptions = Values<typeof probeOptions>;
