import type { Flow } from '../lib/filter/flow-record.ts';
import type { RecordSet } from '../lib/filter/query.ts';
import type { Records } from '../lib/filter/select.ts';
import type { GraphQuery } from '../map/draw.ts';
import type { TimelineQuery } from '../map/timeline.ts';
import type { MapDirectory, MapDnsQuery, MapFlow, MapGraph, MapTimeline } from '../map/types.ts';

/** A flow in the store: to be read at once, the next change makes it another one. */
export type StoredFlow = Flow & MapFlow;

export interface FlowReport {
  flow: StoredFlow;
  /** The flow with what it had carried before the window or an earlier report; undefined = nothing. */
  before(): MapFlow | undefined;
  /** Whether no later one tells of the flow. */
  readonly isLast: boolean;
}

/** What the API asks of the agent's records of one kind. */
export interface RecordSource<T> {
  /** What the records are called: the path, and the key of a JSON document. */
  readonly key: string;
  readonly set: RecordSet<T>;
  /** The records that there are now; with a window, in milliseconds, also those of earlier that may be in it. */
  snapshot(window?: { since?: number | undefined; until?: number | undefined }): Snapshot<T>;
  /** Where to follow from to miss nothing that comes after now. */
  readonly cursor: string;
  /** Throws SP_QUERY_INVALID when `after` is not a cursor. */
  follow(after?: string): RecordFollower;
}

/** Records that have made room for others since are undefined. */
export interface Snapshot<T> extends Records<T> {
  /** The whole record, as it is written. */
  record(index: number): object | undefined;
}

export interface RecordFollower {
  /** Events with type and cursor, as they are written. */
  next(max: number): object[];
  wait(): Promise<void>;
  close(): void;
}

/** What the API asks of the agent's map. Times are milliseconds since the epoch. */
export interface MapSource {
  /** Grows with every change of a flow. */
  readonly version: number;
  readonly windowMs: number;
  /** Names of Kubernetes; undefined where there is none. */
  readonly directory?: MapDirectory | undefined;
  /** What the network of an address is called. */
  readonly network?: ((ip: string) => string | undefined) | undefined;
  /** How flows are filtered. */
  readonly set?: RecordSet<Flow>;
  now(): number;
  /** The map of all flows. */
  graph(query: GraphQuery): MapGraph;
  timeline(query: TimelineQuery): MapTimeline;
  /** From when on all reports are kept, though there was no room for earlier ones; undefined = there was for all. */
  readonly reportsKeptFrom: number | undefined;
  /**
   * The reports of flows that a map of some of them is drawn from: of each time slot the last, from the window's begin on,
   * and those of all that are open. They are those of the moment of the call, whatever comes later.
   */
  reports(window: { since: number; until: number }): Iterable<FlowReport>;
  /** The DNS transactions since then, as of the moment of the call; undefined when some of them are no longer kept. */
  lookups(since: number): Iterable<MapDnsQuery> | undefined;
}
