import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { parseSummaryQuery } from '../lib/dns/summary-query.ts';
import { SysprobeError } from '../lib/errors.ts';
import type { Container } from '../lib/filter/containers.ts';
import type { DnsTransaction } from '../lib/filter/dns.ts';
import { nextLink } from '../lib/filter/list-end.ts';
import type { Process } from '../lib/filter/processes.ts';
import { parseQuery, type Query } from '../lib/filter/query.ts';
import { version } from '../lib/package-root.ts';
import type { MapGraph } from '../map/types.ts';
import { accepted, errorAnswer, jsonAnswer, refuseParameters } from './answer.ts';
import { summaryPieces } from './dns-summary.ts';
import { namesLoopback } from './host.ts';
import type { LiveMaps } from './live-maps.ts';
import { type MapQuery, parseMapQuery } from './map-query.ts';
import { NODE_GRAPH_FIELDS, nodeGraph } from './node-graph.ts';
import { openApiDocument } from './openapi.ts';
import type { Page } from './page.ts';
import { findList, followPieces, LIST_FORMS, type ListForm, listPieces } from './record-list.ts';
import type { MapSource, RecordSource, StoredFlow } from './sources.ts';
import type { Streams } from './streams.ts';
import { parseTimelineQuery } from './timeline-query.ts';
import type { Timelines } from './timelines.ts';

export interface AppOptions {
  flows: RecordSource<StoredFlow>;
  dns: RecordSource<DnsTransaction>;
  processes: RecordSource<Process>;
  containers: RecordSource<Container>;
  map: MapSource;
  maps: LiveMaps;
  timelines: Timelines;
  streams: Streams;
  page: Page;
  status(): object;
  /** Why the agent cannot answer for this node yet; undefined = it can. */
  unreadyReason(): string | undefined;
  metrics(form: MetricsForm): Promise<{ contentType: string; body: string }>;
  /** Only clients of this machine can connect: requests must be meant for it. */
  loopbackOnly: boolean;
  log(error: unknown): void;
}

export const METRICS_FORMS = ['text/plain', 'application/openmetrics-text'] as const;
export type MetricsForm = (typeof METRICS_FORMS)[number];

type Env = { Bindings: Partial<HttpBindings> };

const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
    "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/** The agent's HTTP API and page. */
export function createApp(options: AppOptions): Hono<Env> {
  const { page, status, unreadyReason, metrics, loopbackOnly, log } = options;
  const app = new Hono<Env>();

  guard(app, { loopbackOnly, log });
  app.get('/api/v1/map', (c) => answerMap(c, options));
  addNodeGraph(app, options);
  app.get('/api/v1/timeline', (c) => answerTimeline(c, options));
  addRecords(app, options.flows, options.streams);
  addRecords(app, options.dns, options.streams);
  app.get('/api/v1/dns/summary', (c) => answerSummary(c, options));
  addRecords(app, options.processes, options.streams);
  addRecords(app, options.containers, options.streams);
  app.get('/api/v1/status', (c) => {
    refuseParameters(paramsOf(c));
    accepted(c.req.header('accept'), ['application/json']);
    return jsonAnswer(status());
  });
  app.get('/api/v1/openapi.json', (c) => {
    refuseParameters(paramsOf(c));
    return jsonAnswer(openApiDocument(version));
  });
  app.get('/metrics', async (c) => {
    refuseParameters(paramsOf(c));
    const { contentType, body } = await metrics(accepted(c.req.header('accept'), METRICS_FORMS));
    return new Response(body, { headers: { 'content-type': contentType } });
  });
  addHealth(app, unreadyReason);
  app.get('*', (c) => page.answer(c.req.path, c.req.header('if-none-match')) ?? c.notFound());
  return app;
}

/** What the kubelet probes, and nothing else: it is served on all addresses. */
export function createHealthApp({
  unreadyReason,
  log,
}: Pick<AppOptions, 'unreadyReason' | 'log'>): Hono<Env> {
  const app = new Hono<Env>();
  guard(app, { loopbackOnly: false, log });
  addHealth(app, unreadyReason);
  return app;
}

function guard(app: Hono<Env>, { loopbackOnly, log }: Pick<AppOptions, 'loopbackOnly' | 'log'>): void {
  app.use(async (c, next) => {
    if (loopbackOnly && !namesLoopback(c.req.header('host'))) throw foreignHost(c.req.header('host'));
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') throw notAllowed(c.req.method);
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.res.headers.set(name, value);
  });
  app.onError((error) => errorAnswer(error, log));
  app.notFound((c) => {
    const { path } = c.req;
    return errorAnswer(new SysprobeError('SP_NOT_FOUND', `there is nothing at ${path}`), log);
  });
}

function addHealth(app: Hono<Env>, unreadyReason: AppOptions['unreadyReason']): void {
  app.get('/health', () => jsonAnswer({ healthy: true }));
  app.get('/ready', () => {
    const reason = unreadyReason();
    return reason === undefined
      ? jsonAnswer({ ready: true })
      : jsonAnswer({ ready: false, reason }, { status: 503 });
  });
}

function mapQueryOf(c: Context<Env>, map: MapSource): MapQuery {
  return parseMapQuery(paramsOf(c), mapTimes(map));
}

function mapTimes(map: MapSource) {
  const { windowMs, set } = map;
  return { now: map.now(), windowMs, ...(set && { set }) };
}

/** The paths of Grafana's node graph API, for those who have its data source. */
function addNodeGraph(app: Hono<Env>, { map, maps, streams }: AppOptions): void {
  app.get('/api/health', () => jsonAnswer({ status: 'ok' }));
  app.get('/api/graph/fields', () => jsonAnswer(NODE_GRAPH_FIELDS));
  app.get('/api/graph/data', (c) => answerOnce(c, mapQueryOf(c, map), { maps, streams, shape: nodeGraph }));
}

function answerMap(c: Context<Env>, { map, maps, streams }: AppOptions): Response | Promise<Response> {
  const query = mapQueryOf(c, map);
  if (query.nodeGraph) return answerOnce(c, query, { maps, streams, shape: nodeGraph });
  const form = accepted(c.req.header('accept'), ['application/json', 'text/event-stream']);
  if (form === 'application/json') return answerOnce(c, query, { maps, streams, shape: (graph) => graph });
  if (c.req.method === 'HEAD') return new Response(null, { headers: { 'content-type': form } });
  return streams.answer((signal) => maps.follow(query, signal), clientOf(c, form));
}

async function answerTimeline(c: Context<Env>, { map, timelines, streams }: AppOptions): Promise<Response> {
  const query = parseTimelineQuery(paramsOf(c), mapTimes(map));
  accepted(c.req.header('accept'), ['application/json']);
  if (query.match === undefined) return jsonAnswer(await timelines.get(query));
  return answerLater(c, (signal) => timelines.get(query, signal), streams);
}

interface Answerer extends Pick<AppOptions, 'maps' | 'streams'> {
  shape(graph: MapGraph): object;
}

async function answerOnce(
  c: Context<Env>,
  query: MapQuery,
  { maps, streams, shape }: Answerer,
): Promise<Response> {
  if (query.match === undefined) return jsonAnswer(shape(await maps.get(query)));
  return answerLater(c, async (signal) => shape(await maps.get(query, signal)), streams);
}

/** What is drawn of some flows takes time, like a list: who asks for it counts among the streams, and may go away. */
function answerLater(
  c: Context<Env>,
  answer: (signal: AbortSignal) => Promise<object | undefined>,
  streams: Streams,
): Response {
  const form = 'application/json';
  if (c.req.method === 'HEAD') return new Response(null, { headers: { 'content-type': form } });
  return streams.answer(
    async function* (signal) {
      yield `${JSON.stringify(await answer(signal))}\n`;
    },
    clientOf(c, form),
  );
}

function addRecords<T>(app: Hono<Env>, source: RecordSource<T>, streams: Streams): void {
  app.get(`/api/v1/${source.key}`, (c) => answerRecords(c, source, streams));
}

function answerRecords<T>(
  c: Context<Env>,
  source: RecordSource<T>,
  streams: Streams,
): Response | Promise<Response> {
  const query = parseQuery(source.set, paramsOf(c));
  const form = accepted(c.req.header('accept'), LIST_FORMS);
  // A stream never becomes one JSON document: who asks for JSON gets a document a line.
  const sent = query.follow ? 'application/x-ndjson' : form;
  if (c.req.method === 'HEAD') return new Response(null, { headers: { 'content-type': sent } });
  if (!query.follow) return answerList(c, { source, query, form, streams });
  const follower = source.follow(query.after);
  try {
    return streams.answer((signal) => followPieces(follower, query.match, signal), clientOf(c, sent));
  } catch (error) {
    follower.close();
    throw error;
  }
}

interface List<T> extends Pick<AppOptions, 'streams'> {
  source: RecordSource<T>;
  query: Query<T>;
  form: ListForm;
}

function answerList<T>(c: Context<Env>, { source, query, form, streams }: List<T>): Promise<Response> {
  return streams.answerFound(
    async () => {
      const list = await findList(source, query);
      return { headers: nextLink(paramsOf(c), list.next), pieces: listPieces(list, form) };
    },
    clientOf(c, form),
  );
}

function answerSummary(c: Context<Env>, { dns, streams }: AppOptions): Response {
  const query = parseSummaryQuery(dns.set, paramsOf(c));
  const form = accepted(c.req.header('accept'), ['application/json']);
  if (c.req.method === 'HEAD') return new Response(null, { headers: { 'content-type': form } });
  return streams.answer(() => summaryPieces(dns, query), clientOf(c, form));
}

function clientOf(c: Context<Env>, form: string) {
  const headers = { 'content-type': form };
  return { headers, disconnect: () => c.env?.outgoing?.destroy() };
}

/** In the order in which they were given: `not` negates the next. */
function paramsOf(c: Context<Env>): URLSearchParams {
  return new URL(c.req.url).searchParams;
}

function foreignHost(host: string | undefined): SysprobeError {
  return new SysprobeError(
    'SP_HOST_REFUSED',
    `the request is for the host ${JSON.stringify(host ?? '')}; this agent listens on a loopback address and answers ` +
      'to localhost only. To serve other names, listen on another address with --listen-host',
  );
}

function notAllowed(method: string): SysprobeError {
  return new SysprobeError('SP_METHOD_NOT_ALLOWED', `${method} is not allowed; everything is read with GET`, {
    allowed: ['GET', 'HEAD'],
  });
}
