import type { Flow } from '../lib/filter/flow-record.ts';
import type { GraphQuery } from '../map/network-map.ts';
import type { MapFlow, MapGraph } from '../map/types.ts';

/** A flow in the store: to be read at once, the next change makes it another one. */
export type StoredFlow = Flow & MapFlow;

/** What the API asks of the agent's flows. */
export interface FlowSource {
  newestFirst(): Iterable<StoredFlow>;
  /** The whole record, as it is written; undefined when it has made room for others. */
  record(id: string): object | undefined;
  /** Where to follow from to miss nothing that comes after now. */
  readonly cursor: string;
  /** Throws SP_QUERY_INVALID when `after` is not a cursor. */
  follow(after?: string): FlowFollower;
}

export interface FlowFollower {
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
  now(): number;
  /** The map of all flows. */
  graph(query: GraphQuery): MapGraph;
  /** The flows that a map of some of them is drawn from. */
  flows(): Iterable<StoredFlow>;
}
