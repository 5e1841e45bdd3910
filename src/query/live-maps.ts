import { changeBetween } from '../map/change.ts';
import type { MapGraph } from '../map/types.ts';
import { filteredMap } from './filtered-map.ts';
import type { MapQuery } from './map-query.ts';
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
/** Of the time, how much may go into drawing one map. */
const DUTY = 0.1;
const MAX_KEPT = 64;

interface LiveMap {
  readonly query: MapQuery;
  graph: MapGraph;
  /** The graph before, and what turned it into this one. */
  step: { from: MapGraph; text: string } | undefined;
  version: number;
  drawnAt: number;
  costMs: number;
  readonly followers: Set<() => void>;
}

/** The maps that are being asked for: each distinct question is answered once, however many ask it. */
export class LiveMaps {
  readonly #source: MapSource;
  readonly #options: LiveMapsOptions;
  readonly #maps = new Map<string, LiveMap>();
  #timer: NodeJS.Timeout | undefined;

  constructor(source: MapSource, options: LiveMapsOptions) {
    this.#source = source;
    this.#options = options;
  }

  get(query: MapQuery): MapGraph {
    const live = this.#live(query);
    if (this.#mayDraw(live, FRESH_MS)) this.#draw(live);
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
      let sent = this.get(query);
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
      if (live.followers.size > 0 && this.#mayDraw(live, intervalMs)) this.#draw(live);
    }
  }

  #live(query: MapQuery): LiveMap {
    let live = this.#maps.get(query.key);
    if (live === undefined) {
      const never = { version: -1, drawnAt: Number.NEGATIVE_INFINITY, costMs: 0, step: undefined };
      const generatedAt = new Date(0).toISOString();
      const window = { since: generatedAt, until: generatedAt, live: true };
      const graph: MapGraph = { generatedAt, window, group: query.group, nodes: [], edges: [] };
      live = { query, graph, ...never, followers: new Set() };
      this.#maps.set(query.key, live);
      this.#draw(live);
      this.#forgetUnused(live);
    }
    return live;
  }

  #mayDraw(live: LiveMap, intervalMs: number): boolean {
    return this.#source.now() - live.drawnAt >= Math.max(intervalMs, live.costMs / DUTY);
  }

  #draw(live: LiveMap): void {
    const { query } = live;
    const { group, label, expand, limit, gather } = query;
    const now = this.#source.now();
    const started = performance.now();
    const graph =
      query.match === undefined
        ? this.#source.graph({ now, group, label, expand, limit, gather, ...query.window(now) })
        : filteredMap(this.#source, query, query.match);
    live.version = this.#source.version;
    live.drawnAt = now;
    live.costMs = performance.now() - started;
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
      const isOld = now - live.drawnAt > IDLE_REDRAW_MS;
      if (live.followers.size > 0 || live === used) continue;
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
