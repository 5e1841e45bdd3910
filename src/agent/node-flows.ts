import type { Flow } from '../lib/filter/flow-record.ts';
import { FLOWS } from '../lib/filter/flows.ts';
import type { RecordSet } from '../lib/filter/query.ts';
import type { GraphQuery } from '../map/draw.ts';
import { NetworkMap } from '../map/network-map.ts';
import type { TimelineQuery } from '../map/timeline.ts';
import type { MapDirectory, MapDnsQuery, MapGraph, MapSaturation, MapTimeline } from '../map/types.ts';
import type {
  FlowReport,
  MapSource,
  RecordFollower,
  RecordSource,
  Snapshot,
  StoredFlow,
} from '../query/sources.ts';
import type { DnsRecord } from '../wire/dns.ts';
import type { FlowRow } from '../wire/flow.ts';
import { readFlow } from '../wire/rows.ts';
import type { ReaderStatus, ReplayStatus, TableStatus } from '../wire/status.ts';
import type { Enricher } from './enrich/enricher.ts';
import { FlowNames } from './enrich/flow-names.ts';
import type { FlowBlock } from './history/flow-block.ts';
import { PastFlows } from './history/past-flows.ts';
import { pastNames } from './history/past-names.ts';
import { lookupOf, lookupsOf } from './lookups.ts';
import { RecordFeed } from './record-feed.ts';
import { FlowColumns } from './store/flow-columns.ts';
import { type FlowChange, FlowStore } from './store/flow-store.ts';
import type { FlowView } from './store/flow-view.ts';
import { WaitingLookups } from './waiting-lookups.ts';

/** Counts what becomes of flows. */
export interface Meter {
  update(flow: FlowView, nowMs: number): void;
  remove(flow: FlowView): void;
  restart(nowMs: number): void;
}

export interface NodeFlowsOptions {
  maxActive: number;
  maxClosed: number;
  /** How far back the map can look. */
  windowMs: number;
  /** Memory for what was earlier. */
  historyBytes: number;
  /** What is over and does not change any more. */
  onBlock?: (block: FlowBlock) => void;
  /** What the network of an address is called. */
  network?: ((ip: string) => string | undefined) | undefined;
  /** What a container uses now. */
  saturation?: (container: string) => MapSaturation | undefined;
  /** The DNS transactions since a time, that are told one by one to dns(); undefined when some are no longer kept. */
  lookups?: (sinceMs: number) => Iterable<DnsRecord> | undefined;
  /** Changes that a follower may be behind. */
  feedEvents: number;
  /** Names this run of the agent in cursors. */
  run: string;
  /** Milliseconds since the epoch. */
  now: () => number;
  meter: Meter;
  /** Undefined where there is no Kubernetes. */
  names?: { enricher: Enricher; directory: MapDirectory } | undefined;
}

export interface NodeFlowsStatus {
  tables: TableStatus[];
  losses: Record<string, number>;
  replay: ReplayStatus;
  readers: ReaderStatus[];
  /** From the latest activity of a flow to its arrival here. */
  lagMs: number;
}

/** Of the map, at most. */
const SLOT_MS = 10_000;
const MAX_IDLE_CONVERSATIONS = 16_384;
const MAX_WAITING_LOOKUPS = 16_384;
/** Of the memory for what was earlier, the part for single flows; the rest is for the map. */
const FLOWS_PART = 0.75;
/** Measured: the columns of a row, and its id. */
const FEED_ENTRY_BYTES = 250;

/** The flows of the node: each row goes into the store, and what it changed into the map and to the followers. */
export class NodeFlows implements RecordSource<StoredFlow>, MapSource {
  readonly key = 'flows';
  readonly set: RecordSet<Flow>;
  readonly directory: MapDirectory | undefined;
  readonly network: MapSource['network'];
  readonly windowMs: number;
  readonly now: () => number;
  readonly #store: FlowStore;
  readonly #map: NetworkMap;
  readonly #historyBytes: number;
  readonly #past: PastFlows;
  readonly #feed: RecordFeed;
  readonly #meter: Meter;
  readonly #lookups: WaitingLookups;
  readonly #keptLookups: NonNullable<NodeFlowsOptions['lookups']>;
  #version = 0;
  #isListing = false;
  #lagMs = 0;

  constructor(options: NodeFlowsOptions) {
    const {
      maxActive,
      maxClosed,
      windowMs,
      historyBytes,
      saturation,
      onBlock,
      feedEvents,
      run,
      now,
      meter,
      names,
    } = options;
    const { enricher, directory } = names ?? {};
    this.windowMs = windowMs;
    this.#historyBytes = historyBytes;
    this.now = now;
    this.#meter = meter;
    this.directory = directory;
    this.network = options.network;
    this.#keptLookups = options.lookups ?? (() => undefined);
    this.set = { ...FLOWS, kubernetes: enricher !== undefined };
    this.#map = new NetworkMap({
      windowMs,
      maxIdle: MAX_IDLE_CONVERSATIONS,
      maxBytes: historyBytes * (1 - FLOWS_PART),
      directory,
      network: options.network,
      saturation,
    });
    this.#lookups = new WaitingLookups({
      max: MAX_WAITING_LOOKUPS,
      count: (query) => {
        this.#map.dns(query);
        this.#version += 1;
      },
    });
    this.#store = new FlowStore({
      maxActive,
      maxClosed,
      onEvict: (flow) => {
        this.#map.remove(flow);
        this.#past.forget(flow);
        meter.remove(flow);
      },
      names: enricher && new FlowNames(enricher),
    });
    this.#past = new PastFlows({
      store: this.#store,
      map: this.#map,
      windowMs,
      maxBytes: historyBytes * FLOWS_PART,
      names: enricher && pastNames(enricher),
      onBlock,
    });
    this.#feed = new RecordFeed({
      run,
      capacity: feedEvents,
      rows: new FlowColumns(),
      entryBytes: FEED_ENTRY_BYTES,
      read: (row) => enricher?.flow(readFlow(row)) ?? readFlow(row),
    });
  }

  record(row: FlowRow): void {
    this.#past.beforeRow(row);
    const change = this.#store.put(row);
    if (change === undefined) return;
    this.#apply(change, row);
    if (!this.#isListing) this.#lagMs = Math.max(0, this.now() - change.flow.activeMs);
  }

  /** A block of an earlier run. Blocks are given in their order, before anything is recorded. */
  restore(block: FlowBlock): void {
    this.#past.restore(block);
  }

  /** Completes the blocks, before the agent stops. */
  flush(): void {
    this.#past.flush();
  }

  /** A DNS transaction, once. */
  dns(record: DnsRecord): void {
    const query = lookupOf(record, this.now());
    if (query !== undefined) this.#lookups.add(query, this.now());
  }

  /** A time slot is counted as a whole. */
  lookups(since: number): Iterable<MapDnsQuery> | undefined {
    const records = this.#keptLookups(since - SLOT_MS);
    return records && lookupsOf(records, this.now());
  }

  beginList(): void {
    this.#isListing = true;
    this.#store.beginList();
  }

  endList(): void {
    this.#isListing = false;
    for (const change of this.#store.endList()) this.#apply(change, change.row);
    this.#past.listed();
  }

  probeRestarted(): void {
    for (const flow of this.#store.dropActive()) {
      this.#map.lose(flow);
      this.#past.forget(flow);
    }
    this.#meter.restart(this.now());
    this.#version += 1;
  }

  /** To be called about once a second. */
  sweep(): void {
    this.#lookups.sweep(this.now());
    this.#map.sweep(this.now());
    this.#past.sweep(this.now());
  }

  get version(): number {
    return this.#version + (this.directory?.version ?? 0);
  }

  get cursor(): string {
    return this.#feed.cursor;
  }

  snapshot(window: { since?: number | undefined; until?: number | undefined } = {}): Snapshot<StoredFlow> {
    const { since = 0, until = Number.POSITIVE_INFINITY } = window;
    const isOfNow = window.since === undefined && window.until === undefined;
    return isOfNow ? this.#store.snapshot() : this.#past.snapshot({ since, until });
  }

  reports(window: { since: number; until: number }): Iterable<FlowReport> {
    return this.#past.reports(window, this.now());
  }

  follow(after?: string): RecordFollower {
    return this.#feed.follow(after);
  }

  graph(query: GraphQuery): MapGraph {
    return this.#map.graph(query);
  }

  timeline(query: TimelineQuery): MapTimeline {
    return this.#map.timeline(query);
  }

  get reportsKeptFrom(): number | undefined {
    return this.#past.keptFrom;
  }

  get status(): NodeFlowsStatus {
    const { active, closed, evictedActive, evictedClosed } = this.#store.counts;
    const { idle, evicted } = this.#map.counts;
    const { maxActive, maxClosed } = this.#store;
    const history = this.#past.counts;
    return {
      tables: [
        { name: 'flows', used: active, max: maxActive, evicted: evictedActive },
        { name: 'closedFlows', used: closed, max: maxClosed, evicted: evictedClosed },
        {
          name: 'history',
          used: history.bytes + this.#map.history.bytes,
          max: this.#historyBytes,
          evicted: history.forgotten,
        },
        { name: 'idleConversations', used: idle, max: MAX_IDLE_CONVERSATIONS, evicted },
      ],
      // A closed flow that makes room is no loss: the map has counted it.
      losses: {
        flowsEvicted: evictedActive,
        conversationsEvicted: evicted,
        historySlots: this.#map.history.forgotten,
        historyFlows: history.forgotten,
      },
      replay: this.#feed.replay,
      readers: this.#feed.readers,
      lagMs: this.#lagMs,
    };
  }

  #apply(change: FlowChange, row: FlowRow): void {
    const now = this.now();
    const { type, flow } = change;
    if (this.#past.record(change)) this.#map.update(flow, now);
    this.#meter.update(flow, now);
    this.#feed.append(type, row);
    this.#version += 1;
  }
}
