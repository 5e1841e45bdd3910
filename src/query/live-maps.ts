import { inSlices } from '../lib/time-slice.ts';
import { Turns } from '../lib/turns.ts';
import { changeBetween } from '../map/change.ts';
import type { MapGraph } from '../map/types.ts';
import { filteredMap } from './filtered-map.ts';
import type { MapQuery } from './map-query.ts';
import { SharedWork } from './shared-work.ts';
import type { MapSource } from './sources.ts';

export interface LiveMapsOptions {
  /** How often a followed map is drawn again. */
  intervalMs: number;
  /** How often a stream says that it is alive while nothing changes. */
  keepAliveMs: number;
}

/** A single answer may be this old, so that many questions are one computation. */
const FRESH_MS = 250;
/** Rates and the window move on also when no flow does. */
const IDLE_REDRAW_MS = 5000;
const MAX_KEPT = 64;
/** Maps of some flows at once; others wait. That of nearly all flows of an hour takes hundreds of MiB while it is drawn. */
const MAX_DRAWN = 1;

interface LiveMap {
  readonly query: MapQuery;
  graph: MapGraph;
  /** The graph before, and what turned it into this one. */
  step: { from: MapGraph; text: string } | undefined;
  version: number;
  readonly followers: Set<() => void>;
  readonly drawing: SharedWork;
}

/** The maps that are being asked for: each distinct question is answered once, however many ask it. */
export class LiveMaps {
  readonly #source: MapSource;
  readonly #options: LiveMapsOptions;
  readonly #maps = new Map<string, LiveMap>();
  readonly #turns = new Turns(MAX_DRAWN);
  #timer: NodeJS.Timeout | undefined;

  constructor(source: MapSource, options: LiveMapsOptions) {
    this.#source = source;
    this.#options = options;
  }

  /** A map of some flows takes time, and is drawn no further when the signal is aborted: nobody reads what it gives then. */
  async get(query: MapQuery, signal?: AbortSignal): Promise<MapGraph> {
    const live = this.#live(query);
    if (live.drawing.isDue(FRESH_MS)) await live.drawing.wait(signal);
    return live.graph;
  }

  /**
   * Server-sent events: `map` with the whole graph, then `change` whenever it has changed. A client that reads slowly
   * gets fewer and larger changes.
   */
  async *follow(query: MapQuery, signal: AbortSignal): AsyncGenerator<string, void> {
    const live = this.#live(query);
    let wake = () => {};
    const onChange = () => wake();
    signal.addEventListener('abort', onChange);
    live.followers.add(onChange);
    this.#timer ??= setInterval(() => this.#tick(), this.#options.intervalMs);
    try {
      let sent = await this.get(query, signal);
      if (signal.aborted) return;
      yield `retry: 2000\nevent: map\ndata: ${JSON.stringify(sent)}\n\n`;
      while (!signal.aborted) {
        if (live.graph === sent) {
          const alive = await this.#wait((resolve) => {
            wake = resolve;
          });
          if (!alive) yield ': nothing changed\n\n';
          continue;
        }
        const text = changeText(live, sent);
        sent = live.graph;
        if (text !== undefined) yield text;
      }
    } finally {
      signal.removeEventListener('abort', onChange);
      live.followers.delete(onChange);
      live.drawing.stopUnwanted();
      this.#rest();
    }
  }

  /** False when nothing happened for keepAliveMs. */
  async #wait(onWake: (resolve: () => void) => void): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const woken = await new Promise<boolean>((resolve) => {
      onWake(() => resolve(true));
      timer = setTimeout(() => resolve(false), this.#options.keepAliveMs);
    });
    clearTimeout(timer);
    return woken;
  }

  #tick(): void {
    for (const live of this.#maps.values()) {
      const changed = live.version !== this.#source.version;
      const intervalMs = changed ? this.#options.intervalMs / 2 : IDLE_REDRAW_MS;
      if (live.followers.size > 0 && live.drawing.isDue(intervalMs)) live.drawing.start();
    }
  }

  #live(query: MapQuery): LiveMap {
    let live = this.#maps.get(query.key);
    if (live === undefined) {
      const generatedAt = new Date(0).toISOString();
      const window = { since: generatedAt, until: generatedAt, live: true };
      const graph: MapGraph = { generatedAt, window, group: query.group, nodes: [], edges: [] };
      const followers = new Set<() => void>();
      const drawing = new SharedWork({
        now: () => this.#source.now(),
        turns: query.match === undefined ? undefined : this.#turns,
        isWanted: () => followers.size > 0,
        work: (signal) => this.#show(drawn, signal),
      });
      const drawn: LiveMap = { query, graph, version: -1, step: undefined, followers, drawing };
      live = drawn;
      this.#maps.set(query.key, live);
      this.#forgetUnused(live);
    }
    return live;
  }

  async #show(live: LiveMap, signal: AbortSignal): Promise<void> {
    const { query } = live;
    const { group, label, expand, limit, gather, match } = query;
    const { version } = this.#source;
    const now = this.#source.now();
    const graph =
      match === undefined
        ? this.#source.graph({ now, group, label, expand, limit, gather, ...query.window(now) })
        : await inSlices(filteredMap(this.#source, query, match), signal);
    live.version = version;
    const change = live.followers.size === 0 ? undefined : changeBetween(live.graph, graph);
    if (live.followers.size > 0 && change === undefined) return;
    live.step = change && { from: live.graph, text: eventText(change) };
    live.graph = graph;
    for (const onChange of live.followers) onChange();
  }

  /** Single questions leave an answer behind, of use only to those that come right after. */
  #forgetUnused(used: LiveMap): void {
    const now = this.#source.now();
    for (const [key, live] of this.#maps) {
      const isOld = now - live.drawing.doneAt > IDLE_REDRAW_MS;
      if (live.followers.size > 0 || live.drawing.isRunning || live === used) continue;
      if (isOld || this.#maps.size > MAX_KEPT) this.#maps.delete(key);
    }
  }

  #rest(): void {
    for (const { followers } of this.#maps.values()) if (followers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** What brings a client from the graph that it has to the newest. */
function changeText({ graph, step }: LiveMap, sent: MapGraph): string | undefined {
  if (step?.from === sent) return step.text;
  const change = changeBetween(sent, graph);
  return change && eventText(change);
}

function eventText(change: object): string {
  return `event: change\ndata: ${JSON.stringify(change)}\n\n`;
}
