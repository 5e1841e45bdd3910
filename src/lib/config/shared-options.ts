import { type ContainerPattern, containerPatterns } from './container-patterns.ts';
import { integer, type LogLevel, logLevel, socketPath } from './kinds.ts';
import { option } from './option.ts';

export const KiB = 2 ** 10;
export const MiB = 2 ** 20;
export const GiB = 2 ** 30;

/** Options that both programs have. */
export const socket = option({
  kind: socketPath,
  default: '/var/run/sysprobe/sysprobe.sock',
  env: ['DD_SYSPROBE_SOCKET'],
  doc: 'The Unix socket that the probe serves and the agent reads.',
});

export const level = option<LogLevel>({
  kind: logLevel,
  default: 'info',
  env: ['DD_LOG_LEVEL'],
  doc: 'What is logged, one JSON line each, to standard error.',
});

export const maxFlows = option({
  kind: integer(16, 4_194_304),
  default: 65_536,
  doc: 'Open connections kept in the table; the least recently active one makes room and is counted. Half of it is for UDP.',
});

export const dnsMax = option({
  kind: integer(0, 1_048_576),
  default: 8_192,
  doc: 'DNS transactions kept for queries, about 1 KiB each; the oldest makes room.',
});

export const maxContainers = option({
  kind: integer(16, 1_048_576),
  default: 4096,
  doc: 'Containers kept in the table, and as many that ended; the oldest makes room and is counted.',
});

export const excludeContainers = option<readonly ContainerPattern[]>({
  kind: containerPatterns,
  default: [],
  env: ['DD_AC_EXCLUDE', 'DD_CONTAINER_EXCLUDE'],
  doc: 'Containers that are not reported: the probe goes by the names that their runtime tells, the agent by those of Kubernetes.',
});

export const includeContainers = option<readonly ContainerPattern[]>({
  kind: containerPatterns,
  default: [],
  env: ['DD_AC_INCLUDE', 'DD_CONTAINER_INCLUDE'],
  doc: 'Containers that are reported even when an exclusion matches them.',
});

export const maxProcesses = option({
  kind: integer(16, 4_194_304),
  default: 16_384,
  doc: 'Processes kept in the table, and as many that ended, about 1 KiB each; the oldest makes room and is counted.',
});
