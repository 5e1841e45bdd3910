import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { summarizeDns } from '../../lib/dns/summary.ts';
import { parseSummaryQuery } from '../../lib/dns/summary-query.ts';
import { SysprobeError } from '../../lib/errors.ts';
import { DNS } from '../../lib/filter/dns.ts';
import { nextLink } from '../../lib/filter/list-end.ts';
import { parseQuery, type Query } from '../../lib/filter/query.ts';
import type { AnyRecord } from '../../lib/filter/records.ts';
import { select } from '../../lib/filter/select.ts';
import { TimeSlice } from '../../lib/time-slice.ts';
import { encodeMessage } from '../../wire/cbor.ts';
import { formatCursor, parseCursor } from '../../wire/cursor.ts';
import { CODECS } from '../../wire/kinds.ts';
import { accepted } from './accept.ts';
import { send } from './answer.ts';
import type { EventLog } from './event-log.ts';
import type { EventReader } from './event-reader.ts';
import { hello } from './hello.ts';
import { METRIC_FORMS, renderMetrics, type Telemetry } from './metrics.ts';
import type { ProbeView } from './probe-view.ts';
import { encodeEvents, FOLLOW_FORMS } from './record-events.ts';
import { encodeList, LIST_FORMS, Listing } from './record-list.ts';
import { SUBJECTS, type Subject } from './subjects.ts';

export interface EndpointOptions {
  view: ProbeView;
  events: EventLog;
  /** Clients that may follow at once. */
  maxFollowers: number;
  /** Lists that may be sent at once: each holds its records until the client has read them. */
  maxLists: number;
  /** A list's client that reads nothing for so long is disconnected. */
  patienceMs: number;
  /** Answers counted so far. */
  answers(): Telemetry['answers'];
}

export interface Exchange {
  /** Of the request: decoded, in their order. */
  params: URLSearchParams;
  request: IncomingMessage;
  response: ServerResponse;
}

/** Live counters are not read more often, however many clients ask. */
const REFRESH_MS = 100;

/** Answers each path; throws before anything of the answer was written. */
export class Endpoints {
  readonly paths: ReadonlyMap<string, (exchange: Exchange) => Promise<void>> = new Map([
    ['/v1/status', (exchange) => this.#status(exchange)],
    ...SUBJECTS.map(
      (subject) => [subject.path, (exchange: Exchange) => this.#records(subject, exchange)] as const,
    ),
    ['/v1/dns/summary', (exchange) => this.#dnsSummary(exchange)],
    ['/metrics', (exchange) => this.#metrics(exchange)],
  ]);
  readonly #options: EndpointOptions;
  #lists = 0;
  #refreshedAt = Number.NEGATIVE_INFINITY;

  constructor(options: EndpointOptions) {
    this.#options = options;
  }

  async #status({ params, request, response }: Exchange): Promise<void> {
    refuseParameters(params);
    const form = accepted(request.headers.accept, ['application/json']);
    const status = this.#options.view.status();
    response.writeHead(200, { 'content-type': form });
    response.end(`${JSON.stringify(status, undefined, 2)}\n`);
  }

  async #dnsSummary({ params, request, response }: Exchange): Promise<void> {
    const query = parseSummaryQuery(DNS, params);
    const form = accepted(request.headers.accept, ['application/json']);
    await this.#asList(async () => {
      const rows = [...this.#options.view.dns()];
      const at = (index: number) => CODECS.dns.read(rows[index] ?? []);
      const summary = await summarizeDns({ length: rows.length, at }, query);
      response.writeHead(200, { 'content-type': form });
      response.end(`${JSON.stringify(summary, undefined, 2)}\n`);
    });
  }

  async #metrics({ params, request, response }: Exchange): Promise<void> {
    refuseParameters(params);
    const form = accepted(request.headers.accept, METRIC_FORMS);
    const { view, events, answers } = this.#options;
    const { user, system } = process.cpuUsage();
    const { contentType, body } = await renderMetrics(form, {
      status: view.status(),
      events: events.appended,
      answers: answers(),
      process: { cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() },
      metrics: view.metrics(),
    });
    response.writeHead(200, { 'content-type': contentType });
    response.end(body);
  }

  #records(subject: Subject, exchange: Exchange): Promise<void> {
    const query = parseQuery(subject.set, exchange.params);
    return query.follow ? this.#follow(subject, query, exchange) : this.#list(subject, query, exchange);
  }

  async #list(subject: Subject, query: Query<AnyRecord>, exchange: Exchange): Promise<void> {
    const { params, request, response } = exchange;
    const { view, events, patienceMs } = this.#options;
    const form = accepted(request.headers.accept, LIST_FORMS);
    await this.#asList(async () => {
      this.#refresh();
      // Within one turn of the event loop, so that all that happens later is behind the cursor.
      const cursor = formatCursor({ run: events.run, seq: events.head });
      const listing = new Listing(view, subject.kinds);
      const selected = await select(listing, subject.set, query);
      const list = {
        listing,
        selected,
        subject,
        hello: hello({ bootId: view.bootId, run: events.run, cursor }),
      };
      response.writeHead(200, { 'content-type': form, ...nextLink(params, selected.next) });
      const slice = new TimeSlice();
      for (const piece of encodeList(form, list)) {
        if (!(await send(response, piece, patienceMs))) return;
        if (slice.isOver) await slice.pause();
      }
      response.end();
    });
  }

  async #asList(answer: () => Promise<void>): Promise<void> {
    const { maxLists } = this.#options;
    if (this.#lists >= maxLists) throw tooMany(`${maxLists} lists are being sent`);
    this.#lists++;
    try {
      await answer();
    } finally {
      this.#lists--;
    }
  }

  async #follow(subject: Subject, query: Query<AnyRecord>, { request, response }: Exchange): Promise<void> {
    const { view, events, maxFollowers } = this.#options;
    const { accept } = request.headers;
    // A stream never becomes one JSON document: who asks for JSON gets a document a line.
    const wanted = accepted(accept, [...FOLLOW_FORMS, 'application/json']);
    const form = wanted === 'application/json' ? 'application/x-ndjson' : wanted;
    if (events.readers.size >= maxFollowers) throw tooMany(`${maxFollowers} clients follow`);
    const reader = this.#openReader(form, query.after);
    response.on('close', () => reader.close());

    response.writeHead(200, { 'content-type': form });
    response.flushHeaders();
    if (form === 'application/cbor-seq') {
      const { run } = events;
      await send(response, encodeMessage(hello({ bootId: view.bootId, run, cursor: reader.cursor })));
    }
    const match = query.filtered ? query.match : undefined;
    for await (const item of reader) {
      const chunk = encodeEvents(item, { log: events, form, kinds: subject.kinds, match });
      if (chunk.length === 0) await nextTurn();
      else if (!(await send(response, chunk))) return;
    }
    response.end();
  }

  #openReader(form: string, after: string | undefined): EventReader {
    const { events } = this.#options;
    if (after === undefined) return events.reader(form);
    const cursor = parseCursor(after);
    if (cursor) return events.reader(form, cursor);
    throw new SysprobeError('SP_QUERY_INVALID', `${JSON.stringify(after)} is not a cursor`, {
      parameter: 'after',
      allowed: ['the cursor of an earlier answer'],
    });
  }

  #refresh(): void {
    const now = performance.now();
    if (now - this.#refreshedAt < REFRESH_MS) return;
    this.#refreshedAt = now;
    this.#options.view.refresh();
  }
}

function refuseParameters(params: URLSearchParams): void {
  const [parameter] = params.keys();
  if (parameter === undefined) return;
  throw new SysprobeError(
    'SP_QUERY_INVALID',
    `unknown parameter ${JSON.stringify(parameter)}; there are none here`,
    { parameter, allowed: [] },
  );
}

function tooMany(what: string): SysprobeError {
  return new SysprobeError('SP_TOO_MANY_READERS', `${what}, which is the limit; try again later`);
}
