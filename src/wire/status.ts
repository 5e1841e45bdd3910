import type { DnsSum } from '../lib/dns/totals.ts';
import type { CpuSaturation, MemorySaturation, PressureSaturation } from './container.ts';

/** Answer of the probe's `GET /v1/status`. */
export interface Status {
  version: string;
  pid: number;
  /** RFC 3339, UTC. */
  startedAt: string;
  uptimeSeconds: number;
  bootId: string;
  /** The run of the probe that cursors carry. */
  run: string;
  kernel: { release: string; arch: string };
  /** How libbpf is called; absent where it is not, as of a recording. */
  binding?: 'addon' | 'ffi';
  sources: SourceStatus[];
  tables: TableStatus[];
  /** Every counter of something that was not seen or not kept, by name. */
  loss: Record<string, number>;
  readers: ReaderStatus[];
  replay: ReplayStatus;
  /** Sums of DNS since the start; absent when it is not observed. */
  dns?: DnsStatus;
  /** How much the node uses and waits for; absent until it was read. */
  node?: NodeSaturation;
}

/** In the units of a container's; the limits are what the machine has. */
export interface NodeSaturation {
  /** RFC 3339 with nanoseconds, UTC. */
  sampledAt: string;
  cpu: CpuSaturation;
  memory: MemorySaturation;
  pressure: PressureSaturation;
  /** Tasks that run or wait, on average over 1, 5 and 15 minutes. */
  load?: { one: number; five: number; fifteen: number };
  pids?: { count: number };
}

/** The sums of one container, domain, server or type; `~other` is what there was no place for. */
export interface DnsTop extends DnsSum {
  name: string;
}

export interface DnsStatus extends DnsSum {
  /** Questions without an answer yet. */
  pending: number;
  /** Answers to questions that had timed out, and to those that had an answer. */
  lateAnswers: number;
  duplicateAnswers: number;
  /** Answers to nothing that was seen to be asked: their questions are older than the probe, or lost. */
  unmatchedAnswers: number;
  /** Messages that are neither queries nor answers to them: updates, notifications. */
  ignored: number;
  /** The busiest of each, busiest first. */
  containers: DnsTop[];
  domains: DnsTop[];
  servers: DnsTop[];
  types: DnsTop[];
}

export interface SourceStatus {
  name: string;
  state: 'on' | 'degraded' | 'off';
  /** Where in the kernel it listens. */
  hook?: string;
  /** Why it is not on, and what that costs. */
  reason?: string;
  programs: ProgramStatus[];
}

export interface ProgramStatus {
  name: string;
  section: string;
  /** Zero while the kernel's run statistics are off. */
  runCount: number;
  runTimeNs: number;
  /** Runs that the kernel skipped because the program was at work on the same processor. Zero before Linux 5.12. */
  skipCount: number;
}

export interface TableStatus {
  name: string;
  used: number;
  max: number;
  /** Entries that made room for others. */
  evicted: number;
}

/** A client that follows the stream. */
export interface ReaderStatus {
  id: number;
  form: string;
  /** Number of the last event that it was sent. */
  position: number;
  /** Events between there and the newest. */
  lag: number;
  /** Events that it will never see: it was slower than the replay buffer is long. */
  lost: number;
}

/** The events that a client which comes back can still be given. */
export interface ReplayStatus {
  events: number;
  maxEvents: number;
  bytes: number;
  maxBytes: number;
}
