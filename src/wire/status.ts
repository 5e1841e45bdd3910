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
  sources: SourceStatus[];
  tables: TableStatus[];
  /** Every counter of something that was not seen or not kept, by name. */
  loss: Record<string, number>;
  readers: ReaderStatus[];
  replay: ReplayStatus;
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
