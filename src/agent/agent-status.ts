import { arch, release } from 'node:os';
import type { MeterCounts } from '../export/meters.ts';
import type { SinkStatus } from '../export/sink.ts';
import { version } from '../lib/package-root.ts';
import type { SourceStatus, Status, TableStatus } from '../wire/status.ts';
import type { ExclusionCounts } from './exclusions.ts';
import type { SegmentStatus } from './history/segment-files.ts';
import type { IngestStatus } from './ingest/ingest.ts';
import type { KubernetesStatus } from './kubernetes/kubernetes.ts';
import { kubernetesSource } from './kubernetes/status.ts';
import type { NodeTables } from './node-tables.ts';

/** Answer of the agent's `GET /api/v1/status`: that of the probe, and how reading the probe goes. */
export interface AgentStatus extends Omit<Status, 'bootId'> {
  program: 'node-agent';
  /** Events that neither the map nor the records show. */
  lost: number;
  probe: {
    socket: string;
    connected: boolean;
    /** The run of the probe that was read last. */
    run?: string;
    lagMs: number;
    events: number;
    lost: number;
    /** Events and messages of kinds that this version does not know. */
    unknown: number;
    reconnects: number;
    invalid: number;
    restarts: number;
    lastError?: { code: string; message: string; at: string };
  };
  streams: { open: number; max: number };
  /** The files of the history; absent where there are none. */
  historyFiles?: SegmentStatus;
  /** How many series the metrics have. */
  meters: MeterCounts[];
  /** What is sent somewhere. */
  exports: SinkStatus[];
}

export interface StatusSources {
  socket: string;
  run: string;
  startedAt: Date;
  ingest: IngestStatus;
  tables: NodeTables['status'];
  /** Undefined where there is none. */
  kubernetes: KubernetesStatus | undefined;
  /** Undefined where nothing is excluded. */
  exclusions: ExclusionCounts | undefined;
  segments: SegmentStatus | undefined;
  streams: AgentStatus['streams'];
  meters: AgentStatus['meters'];
  exports: AgentStatus['exports'];
}

export function agentStatus(from: StatusSources): AgentStatus {
  const { socket, run, startedAt, ingest, kubernetes, exclusions, segments, streams, meters, exports } = from;
  const { connected, events, lost, unknown, reconnects, invalid, refused, restarts, lastError } = ingest;
  const { tables, losses, replay, readers, lagMs } = from.tables;
  return {
    program: 'node-agent',
    version,
    pid: process.pid,
    startedAt: startedAt.toISOString(),
    uptimeSeconds: Math.floor(process.uptime()),
    run,
    kernel: { release: release(), arch: arch() },
    sources: [sourceStatus(socket, ingest), kubernetesSource(kubernetes), ...exports.map(sinkSource)],
    tables: [...tables, ...(kubernetes?.tables ?? []), ...waitingRecords(exclusions)],
    loss: {
      probeEvents: lost,
      recordsRefused: refused,
      ...losses,
      exportDropped: droppedBy(exports),
      historyUnwritten: segments?.unwritten ?? 0,
      eventsExcluded: exclusions?.excluded ?? 0,
    },
    lost,
    readers,
    replay,
    probe: {
      socket,
      connected,
      ...(ingest.run !== undefined && { run: ingest.run }),
      lagMs: Math.round(lagMs),
      events,
      lost,
      unknown,
      reconnects,
      invalid,
      restarts,
      ...(lastError !== undefined && { lastError: { ...lastError, at: lastError.at.toISOString() } }),
    },
    streams,
    ...(segments !== undefined && { historyFiles: segments }),
    meters,
    exports,
  };
}

/** What makes room among them comes in without a name. */
function waitingRecords(exclusions: ExclusionCounts | undefined): TableStatus[] {
  if (exclusions === undefined) return [];
  const { held, maxHeld, unnamed } = exclusions;
  return [{ name: 'eventsBeforeName', used: held, max: maxHeld, evicted: unnamed }];
}

/** What it sends to is no source, but whoever looks for what does not work looks there. */
function sinkSource({ name, lastError }: SinkStatus): SourceStatus {
  if (lastError === undefined) return { name, state: 'on', programs: [] };
  return { name, state: 'degraded', reason: lastError, programs: [] };
}

function droppedBy(exports: readonly SinkStatus[]): number {
  const counts = exports.flatMap(({ dropped }) => Object.values(dropped));
  return counts.reduce((sum, count) => sum + count, 0);
}

function sourceStatus(socket: string, { connected, lastError }: IngestStatus): SourceStatus {
  const source = { name: 'system-probe', hook: socket, programs: [] };
  if (connected) return { ...source, state: 'on' };
  return { ...source, state: 'off', reason: unreadyReason({ connected, lastError }) ?? '' };
}

/** Undefined while the probe is being read. */
export function unreadyReason({
  connected,
  lastError,
}: Pick<IngestStatus, 'connected' | 'lastError'>): string | undefined {
  if (connected) return undefined;
  return lastError === undefined ? 'the records of the probe have not been read yet' : lastError.message;
}
