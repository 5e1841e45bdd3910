import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { AgentStatus } from '../../src/agent/agent-status.ts';
import { summarizeDns } from '../../src/lib/dns/summary.ts';
import { parseSummaryQuery } from '../../src/lib/dns/summary-query.ts';
import { SysprobeError } from '../../src/lib/errors.ts';
import { DNS } from '../../src/lib/filter/dns.ts';
import { FLOWS } from '../../src/lib/filter/flows.ts';
import { PROCESSES } from '../../src/lib/filter/processes.ts';
import { parseQuery } from '../../src/lib/filter/query.ts';
import { changeBetween } from '../../src/map/change.ts';
import { NetworkMap } from '../../src/map/network-map.ts';
import { atOnce } from '../../src/map/steps.ts';
import type { MapDnsQuery, MapFlow, MapGraph, MapTimeline } from '../../src/map/types.ts';
import { filteredMap } from '../../src/query/filtered-map.ts';
import { filteredTimeline } from '../../src/query/filtered-timeline.ts';
import { type MapQuery, parseMapQuery } from '../../src/query/map-query.ts';
import type { MapSource, StoredFlow } from '../../src/query/sources.ts';
import { parseTimelineQuery, type TimelineQuery } from '../../src/query/timeline-query.ts';
import type { DnsRecord } from '../../src/wire/dns.ts';
import type { FlowRecord } from '../../src/wire/flow.ts';
import type { ProcessRecord } from '../../src/wire/process.ts';

const DIST = join(import.meta.dirname, '../../dist/web');
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** That of the agent. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
  "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const WINDOW_MS = 3_600_000;
/** As the agent has it, which knows the objects of Kubernetes. */
const NAMED_FLOWS = { ...FLOWS, kubernetes: true };
const NAMED_PROCESSES = { ...PROCESSES, kubernetes: true };

/** Serves the built page with an API that answers from a script; the map is computed by the real map code. */
export class Fixture {
  /** Oldest first. */
  lookups: DnsRecord[] = [];
  readonly #questions: MapDnsQuery[] = [];
  processes: ProcessRecord[] = [];
  readonly #flows = new Map<string, FlowRecord>();
  readonly #mapFlows = new Map<string, StoredFlow>();
  readonly #followers = new Map<ServerResponse, { query: MapQuery; graph: MapGraph }>();
  readonly #server = createServer((request, response) => {
    void this.#answer(new URL(request.url ?? '/', 'http://fixture'), response);
  });
  #map = new NetworkMap({ windowMs: WINDOW_MS });
  /** A status other than 200 is what every API route answers. */
  apiStatus = 200;
  /** What the agent says of its source of names. */
  kubernetes: 'on' | 'off' = 'off';
  probe: AgentStatus['probe'] = {
    socket: '/var/run/sysprobe/sysprobe.sock',
    connected: true,
    lagMs: 3,
    events: 0,
    lost: 0,
    unknown: 0,
    reconnects: 0,
    invalid: 0,
    restarts: 0,
  };

  static async start(port = 0): Promise<Fixture> {
    const fixture = new Fixture();
    await new Promise<void>((listening) => fixture.#server.listen(port, '127.0.0.1', listening));
    return fixture;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Takes flow records as the probe would report them, and tells the followers what that changes. */
  report(
    flows: readonly FlowRecord[],
    rates: ReadonlyMap<string, { sent: number; received: number }> = new Map(),
  ): void {
    const now = Date.now();
    for (const flow of flows) {
      this.#flows.set(flow.id, flow);
      const rate = rates.get(flow.id);
      const mapFlow = asMapFlow(flow, rate && { ...rate, untilMs: now + 5000 });
      this.#mapFlows.set(flow.id, { ...flow, ...mapFlow } as StoredFlow);
      this.#map.update(mapFlow, now);
    }
    for (const [response, { query, graph }] of this.#followers) {
      const after = this.#graph(query);
      const change = changeBetween(graph, after);
      if (change !== undefined) send(response, 'change', change);
      this.#followers.set(response, { query, graph: after });
    }
  }

  /** From now on what is over is forgotten for want of memory. */
  forgetHistory(): void {
    this.#map = new NetworkMap({ windowMs: WINDOW_MS, settleMs: 0, maxBytes: 1 });
    for (const flow of this.#mapFlows.values()) this.#map.update(flow, Date.now());
    this.#map.sweep(Date.now());
  }

  /** Counts DNS questions on the map. */
  ask(questions: readonly MapDnsQuery[]): void {
    for (const question of questions) this.#map.dns(question);
    this.#questions.push(...questions);
  }

  /** Cuts every stream, as a stopped agent does. */
  cut(): void {
    for (const response of this.#followers.keys()) response.destroy();
    this.#followers.clear();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #answer(url: URL, response: ServerResponse): Promise<void> {
    if (!url.pathname.startsWith('/api/')) return serveFile(url.pathname, response);
    if (this.apiStatus !== 200) {
      return sendJson(
        response,
        { error: { code: 'SP_UNAVAILABLE', message: 'scripted failure' } },
        this.apiStatus,
      );
    }
    try {
      await this.#answerApi(url, response);
    } catch (error) {
      if (!(error instanceof SysprobeError)) throw error;
      sendJson(response, { error: { code: error.code, message: error.message } }, 400);
    }
  }

  async #answerApi(url: URL, response: ServerResponse): Promise<void> {
    switch (url.pathname) {
      case '/api/v1/map': {
        const now = Date.now();
        const query = parseMapQuery(url.searchParams, { now, windowMs: WINDOW_MS, set: NAMED_FLOWS });
        this.#follow(query, response);
        break;
      }
      case '/api/v1/flows':
        sendJson(response, this.#lastFlows(url.searchParams));
        break;
      case '/api/v1/timeline': {
        const now = Date.now();
        const query = parseTimelineQuery(url.searchParams, { now, windowMs: WINDOW_MS, set: NAMED_FLOWS });
        sendJson(response, this.#timeline(query));
        break;
      }
      case '/api/v1/processes': {
        const { match, last = 20 } = parseQuery(NAMED_PROCESSES, url.searchParams);
        const matched = this.processes.filter((process) => match(process));
        sendJson(response, { processes: matched.slice(-last), matched: matched.length });
        break;
      }
      case '/api/v1/dns':
        sendJson(response, this.#lastLookups(url.searchParams));
        break;
      case '/api/v1/dns/summary': {
        const at = (index: number) => this.lookups[index];
        const query = parseSummaryQuery(DNS, url.searchParams);
        sendJson(response, await summarizeDns({ length: this.lookups.length, at }, query));
        break;
      }
      case '/api/v1/status':
        sendJson(response, this.#status());
        break;
      default:
        sendJson(response, { error: { code: 'SP_NOT_FOUND', message: url.pathname } }, 404);
    }
  }

  #status(): Pick<AgentStatus, 'version' | 'lost' | 'tables' | 'probe' | 'sources'> {
    const open = [...this.#flows.values()].filter(({ state }) => state !== 'closed').length;
    return {
      version: '0.1.0',
      lost: this.probe.lost,
      sources: [{ name: 'kubernetes', state: this.kubernetes, programs: [] }],
      tables: [
        { name: 'flows', used: open, max: 65_536, evicted: 0 },
        { name: 'closedFlows', used: this.#flows.size - open, max: 65_536, evicted: 0 },
      ],
      probe: this.probe,
    };
  }

  #follow(query: MapQuery, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const graph = this.#graph(query);
    send(response, 'map', graph);
    this.#followers.set(response, { query, graph });
    response.on('close', () => this.#followers.delete(response));
  }

  #graph(query: MapQuery): MapGraph {
    const { group, label, expand, limit, gather, match, window } = query;
    if (match !== undefined) return atOnce(filteredMap(this.#source(), query, match));
    const now = Date.now();
    return this.#map.graph({ now, group, label, expand, limit, gather, ...window(now) });
  }

  #timeline({ at, match }: TimelineQuery): MapTimeline {
    const query = at(Date.now());
    if (match === undefined) return this.#map.timeline(query);
    return atOnce(filteredTimeline(this.#source(), query, match));
  }

  #source(): MapSource {
    return {
      version: 0,
      windowMs: WINDOW_MS,
      now: () => Date.now(),
      graph: (query) => this.#map.graph(query),
      timeline: (query) => this.#map.timeline(query),
      reports: () =>
        [...this.#mapFlows.values()].map((flow) => ({
          ...{ flow, before: () => undefined, isLast: true },
        })),
      reportsKeptFrom: undefined,
      lookups: () => this.#questions,
    };
  }

  #lastLookups(params: URLSearchParams): { dns: DnsRecord[]; matched: number } {
    const { match, last = 20 } = parseQuery(DNS, params);
    const matched = this.lookups.filter((lookup) => match(lookup));
    return { dns: matched.slice(-last), matched: matched.length };
  }

  #lastFlows(params: URLSearchParams): { flows: FlowRecord[]; matched: number } {
    const { match, last = 20 } = parseQuery(NAMED_FLOWS, params);
    const flows = [...this.#flows.values()]
      .filter((flow) => match(flow))
      .sort((a, b) => ((a.lastSeenAt ?? '') < (b.lastSeenAt ?? '') ? -1 : 1));
    return { flows: flows.slice(-last), matched: flows.length };
  }
}

/** The record as the agent hands it to the map. */
export function asMapFlow(flow: FlowRecord, rate?: MapFlow['rate']): MapFlow {
  const { openedAt, closedAt, lastSeenAt, ...rest } = flow;
  return {
    ...rest,
    ...(openedAt === undefined ? {} : { openedMs: Date.parse(openedAt) }),
    ...(closedAt === undefined ? {} : { closedMs: Date.parse(closedAt) }),
    ...(lastSeenAt === undefined ? {} : { lastSeenMs: Date.parse(lastSeenAt) }),
    ...(rate === undefined ? {} : { rate }),
  };
}

function send(response: ServerResponse, event: string, data: unknown): void {
  response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function serveFile(path: string, response: ServerResponse): Promise<void> {
  const file = join(DIST, normalize(path === '/' ? '/index.html' : path));
  try {
    const body = await readFile(file);
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
    });
    response.end(body);
  } catch {
    response.writeHead(404);
    response.end();
  }
}
