import type { ContainerRecord } from '../../wire/container.ts';
import type { Params } from '../filter-options.ts';
import { describeLoss, followRecords } from '../follow.ts';
import { ask, askJson, readJson, type Server } from '../server.ts';
import { FlowBook, type TopFlow } from './flow-book.ts';
import type { Containers } from './groups.ts';

export interface FeedOptions {
  server: Server;
  /** Filters of flows. */
  params: Params;
  windowMs: number;
  /** What happens to the connection, for the person at the terminal. */
  notice: (message: string) => void;
}

/** An open flow whose end was never told, since it made room for others, is found by a new list. */
const RELIST_MS = 60_000;
const MAX_CLOSED = 65_536;

/** What the server knows, kept up to date: the flows by a list and the stream behind it, the containers by lists. */
export class TopFeed {
  readonly book: FlowBook;
  readonly #options: FeedOptions;
  #containers: Containers = new Map();
  /** From the clock here to that of the server. */
  #offsetMs = 0;
  #listedMs = 0;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.book = new FlowBook({ windowMs: options.windowMs, maxClosed: MAX_CLOSED });
  }

  get containers(): Containers {
    return this.#containers;
  }

  /** Milliseconds since the epoch, by the clock of the server. */
  now(): number {
    return Date.now() + this.#offsetMs;
  }

  /** Goes on for ever. Throws what the server refuses. */
  async follow(): Promise<never> {
    const { server, params, notice } = this.#options;
    // What closed within the window first: the cursor behind it is the earlier one, so nothing falls between the lists.
    const before = await this.#list([['since', `${this.#options.windowMs}ms`]]);
    await this.#listOpen();
    for (let cursor = before; ; cursor = await this.#listOpen()) {
      const options = { path: 'flows', params, cursor, reconnect: true, notice };
      for await (const items of followRecords<TopFlow>(server, options)) {
        const losses = items.flatMap(({ event }) => (event.type === 'lost' ? [event] : []));
        for (const { event } of items) if (event.type !== 'lost') this.book.update(event, this.now());
        for (const loss of losses) notice(describeLoss(loss));
        if (losses.length > 0 || Date.now() - this.#listedMs > RELIST_MS) break;
      }
    }
  }

  /** To be called before each picture. */
  async refresh(): Promise<void> {
    this.book.sweep(this.now());
    const { server } = this.#options;
    const answer = await askJson(server, { path: 'containers', params: [['state', 'running']] });
    const { containers } = answer as { containers: ContainerRecord[] };
    this.#containers = new Map(containers.map((container) => [container.id, container]));
  }

  async #listOpen(): Promise<string> {
    const open = new Set<string>();
    const cursor = await this.#list([['state', 'active']], ({ id }) => open.add(id));
    this.book.keepOpen(open);
    this.#listedMs = Date.now();
    return cursor;
  }

  async #list(selection: Params, onFlow: (flow: TopFlow) => void = () => {}): Promise<string> {
    const { server, params } = this.#options;
    const answer = await ask(server, { path: 'flows', params: [...selection, ...params] });
    this.#offsetMs = offsetOf(server, answer.headers.date);
    const { flows, cursor } = (await readJson(server, answer)) as { flows: TopFlow[]; cursor: string };
    for (const flow of flows) {
      this.book.update(flow, this.now());
      onFlow(flow);
    }
    return cursor;
  }
}

/** The date of an answer has whole seconds: a clock that is no further off is taken for the same. */
function offsetOf(server: Server, date: string | undefined): number {
  const offset = server.kind === 'agent' && date !== undefined ? Date.parse(date) + 500 - Date.now() : 0;
  return Math.abs(offset) > 1500 ? offset : 0;
}
