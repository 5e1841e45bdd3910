import type { Fields } from './fields.ts';

/** A container as every client sees it: one life of it, from its first process to the end of it. Absent = not known. */

export type ContainerState = 'created' | 'running' | 'exited';

/** Totals since the container was made, except `millicores`, which is the rate between the last two samples. */
export interface CpuSaturation {
  usageUs?: number;
  userUs?: number;
  systemUs?: number;
  /** Enforcement periods of the limit, those in which it ran dry, and how long the tasks were held then. */
  periods?: number;
  throttledPeriods?: number;
  throttledUs?: number;
  /** 1000 is one CPU. */
  limitMillicores?: number;
  millicores?: number;
}

export interface MemorySaturation {
  usageBytes?: number;
  /** What cannot be given back: the usage without file pages that were not used lately. */
  workingSetBytes?: number;
  limitBytes?: number;
  /** Times that the limit was hit. */
  limitHits?: number;
  /** Processes that the kernel killed for want of memory. */
  oomKills?: number;
}

/** Totals of the time in which some (`full`: all) tasks waited, and the shares of it between the last two samples. */
export interface PressureSaturation {
  cpuUs?: number;
  memoryUs?: number;
  memoryFullUs?: number;
  ioUs?: number;
  ioFullUs?: number;
  /** In thousandths of the time. */
  cpuPermille?: number;
  memoryPermille?: number;
  ioPermille?: number;
}

/** Totals since the container was made, of all block devices. */
export interface IoSaturation {
  readBytes?: number;
  writtenBytes?: number;
  reads?: number;
  writes?: number;
}

export interface ContainerRecord {
  id: string;
  runtime?: string;
  /** `sandbox`: what holds the namespaces of a pod and runs nothing of its own. */
  kind?: 'container' | 'sandbox';
  name?: string;
  image?: string;
  /** `key=value` each. */
  labels?: string[];
  kubernetes?: { namespace?: string; pod?: string; container?: string; podUid?: string };
  state: ContainerState;
  /** RFC 3339 with nanoseconds, UTC. */
  createdAt?: string;
  startedAt?: string;
  stoppedAt?: string;
  /** Its first process, in the pid namespace of the host. */
  process?: { pid?: number };
  /** Of its first process; 128 + signal when a signal ended it. */
  exitCode?: number;
  signal?: number;
  /** The kernel killed a process of it for want of memory. */
  oomKilled?: boolean;
  /** Earlier lives of the same container, by the runtime's count or those that were seen. */
  restarts?: number;
  crashLoop?: boolean;
  cgroup?: { id?: number; path?: string };
  /** When what follows was read. */
  sampledAt?: string;
  cpu?: CpuSaturation;
  memory?: MemorySaturation;
  pressure?: PressureSaturation;
  io?: IoSaturation;
  /** Tasks, of which a process has one for each thread: what the limit counts. */
  pids?: { count?: number; limit?: number };
  /** Flows that are open. */
  sockets?: number;
}

/** The order of a row. Only ever append: the stream's hello carries these names, so readers go by name. */
export const CONTAINER_FIELDS = [
  ['id', 'text'],
  ['runtime', 'text'],
  ['kind', 'text'],
  ['name', 'text'],
  ['image', 'text'],
  ['labels', 'texts'],
  ['kubernetes.namespace', 'text'],
  ['kubernetes.pod', 'text'],
  ['kubernetes.container', 'text'],
  ['kubernetes.podUid', 'text'],
  ['state', 'text'],
  ['createdAt', 'time'],
  ['startedAt', 'time'],
  ['stoppedAt', 'time'],
  ['process.pid', 'uint'],
  ['exitCode', 'uint'],
  ['signal', 'uint'],
  ['oomKilled', 'bool'],
  ['restarts', 'uint'],
  ['crashLoop', 'bool'],
  ['cgroup.id', 'uint'],
  ['cgroup.path', 'text'],
  ['sampledAt', 'time'],
  ['cpu.usageUs', 'uint'],
  ['cpu.userUs', 'uint'],
  ['cpu.systemUs', 'uint'],
  ['cpu.periods', 'uint'],
  ['cpu.throttledPeriods', 'uint'],
  ['cpu.throttledUs', 'uint'],
  ['cpu.limitMillicores', 'uint'],
  ['cpu.millicores', 'uint'],
  ['memory.usageBytes', 'uint'],
  ['memory.workingSetBytes', 'uint'],
  ['memory.limitBytes', 'uint'],
  ['memory.limitHits', 'uint'],
  ['memory.oomKills', 'uint'],
  ['pressure.cpuUs', 'uint'],
  ['pressure.memoryUs', 'uint'],
  ['pressure.memoryFullUs', 'uint'],
  ['pressure.ioUs', 'uint'],
  ['pressure.ioFullUs', 'uint'],
  ['pressure.cpuPermille', 'uint'],
  ['pressure.memoryPermille', 'uint'],
  ['pressure.ioPermille', 'uint'],
  ['io.readBytes', 'uint'],
  ['io.writtenBytes', 'uint'],
  ['io.reads', 'uint'],
  ['io.writes', 'uint'],
  ['pids.count', 'uint'],
  ['pids.limit', 'uint'],
  ['sockets', 'uint'],
] as const satisfies Fields;
