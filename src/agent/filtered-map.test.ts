import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FLOWS } from '../lib/filter/flows.ts';
import { atOnce } from '../map/steps.ts';
import type { MapGraph } from '../map/types.ts';
import { filteredMap } from '../query/filtered-map.ts';
import { parseMapQuery } from '../query/map-query.ts';
import type { FlowRecord, FlowRow } from '../wire/flow.ts';
import { NodeFlows } from './node-flows.ts';
import { AT_MS, at, row } from './store/flow.fixture.ts';

const WINDOW_MS = 3_600_000;
const END_S = 600;
const SLOT_S = 10;

/** Connections of ten minutes between four processes, of which one or both sides are seen. */
const connection = fc.record({
  begin: fc.integer({ min: 1, max: END_S - 1 }),
  steps: fc.array(fc.record({ after: fc.integer({ min: 1, max: 90 }), bytes: fc.nat(1000) }), {
    minLength: 1,
    maxLength: 5,
  }),
  closes: fc.boolean(),
  seen: fc.constantFrom('client', 'server', 'both', 'both'),
  client: fc.constantFrom('curl', 'wget'),
  server: fc.constantFrom('nginx', 'redis'),
  translated: fc.boolean(),
  /** Few ports: another connection may take one over. */
  port: fc.integer({ min: 0, max: 3 }),
});
type Connection = typeof connection extends fc.Arbitrary<infer T> ? T : never;
const connections = fc.array(connection, { minLength: 1, maxLength: 8 });

interface Report {
  seconds: number;
  comm: string;
  /** Of its connection, whose sides have the same. */
  number: number;
  row: FlowRow;
}

function reportsOf(each: Connection, number: number): Report[] {
  const reports: Report[] = [];
  // A port of its own for as long as it is open: the kernel gives it to no other one.
  const client = { ip: '10.0.0.1', port: 40_000 + number * 4 + each.port };
  const server = { ip: '10.0.0.2', port: 80 };
  const called = { ip: '10.96.0.1', port: 8000 };
  let seconds = each.begin;
  let bytes = 0;
  for (const [i, step] of each.steps.entries()) {
    seconds += i === 0 ? 0 : step.after;
    bytes += step.bytes;
    const isLast = each.closes && i === each.steps.length - 1;
    const known = {
      openedAt: at(each.begin),
      lastSeenAt: at(seconds),
      ...(isLast && { state: 'closed' as const, closedAt: at(seconds), durationNs: 1 }),
    };
    const forward = { bytes, packets: bytes };
    const backward = { bytes: bytes * 2, packets: bytes };
    const add = (side: 'client' | 'server', comm: string, ends: Partial<FlowRecord>) =>
      reports.push({
        ...{ seconds, comm, number },
        row: row(`${number}-${side}`, { role: side, process: { pid: 1, comm }, ...known, ...ends }),
      });
    const dest = each.translated ? { dest: called, translated: { dest: server } } : { dest: server };
    if (each.seen !== 'server')
      add('client', each.client, { source: client, ...dest, sent: forward, received: backward });
    if (each.seen !== 'client')
      add('server', each.server, { source: server, dest: client, sent: backward, received: forward });
  }
  return reports;
}

class Node {
  seconds = 0;
  readonly flows: NodeFlows;

  constructor({ maxClosed = 100 }: { maxClosed?: number } = {}) {
    this.flows = new NodeFlows({
      maxActive: 100,
      maxClosed,
      windowMs: WINDOW_MS,
      historyBytes: 2 ** 24,
      feedEvents: 16,
      run: 'test',
      now: () => AT_MS + this.seconds * 1000,
      meter: { update: () => {}, remove: () => {}, restart: () => {} },
    });
  }

  tell(reports: readonly Report[], until = Number.POSITIVE_INFINITY): void {
    for (const { seconds, row: each } of reports) {
      if (seconds > until) break;
      if (seconds < this.seconds) continue;
      this.seconds = seconds;
      this.flows.record(each);
      this.flows.sweep();
    }
  }

  drawing(text: string) {
    const now = AT_MS + this.seconds * 1000;
    const query = parseMapQuery(new URLSearchParams(text), { now, windowMs: WINDOW_MS, set: FLOWS });
    return filteredMap(this.flows, query, query.match ?? (() => true));
  }

  all(text: string): MapGraph {
    const now = AT_MS + this.seconds * 1000;
    const { group, limit, window } = parseMapQuery(new URLSearchParams(text), { now, windowMs: WINDOW_MS });
    return this.flows.graph({ now, group, limit, ...window(now) });
  }
}

const inOrder = (all: readonly Connection[]) => all.flatMap(reportsOf).sort((a, b) => a.seconds - b.seconds);
const slot = fc.integer({ min: 0, max: END_S / SLOT_S }).map((number) => number * SLOT_S);
/** Between two slots, or from one on. */
const window = fc.tuple(slot, slot, fc.boolean()).map(([one, other, live]) => ({
  since: Math.min(one, other),
  until: live ? undefined : Math.max(one, other) + SLOT_S,
}));
const untilOf = (until: number) => new Date(AT_MS + until * 1000 - 1).toISOString();

it('has what a map has that knows the matching flows and their other sides alone', () => {
  fc.assert(
    fc.property(connections, window, fc.constantFrom('curl', 'nginx'), (all, { since, until }, comm) => {
      const reports = inOrder(all);
      const wanted = new Set(reports.filter((each) => each.comm === comm).map(({ number }) => number));
      const [some, few] = [new Node(), new Node()];
      some.tell(reports);
      few.tell(reports.filter(({ number }) => wanted.has(number)));
      // Rates are samples: of two that overlap, a map that goes on keeps the one that is true for longer.
      few.seconds = some.seconds = Math.max(some.seconds, END_S) + 30;
      const text = `since=${at(since)}${until === undefined ? '' : `&until=${untilOf(until)}`}`;
      expect(atOnce(some.drawing(`comm=${comm}&${text}`))).toEqual(few.all(text));
    }),
  );
});

it('is the map of the moment at which it was begun, whatever happens while it is drawn', () => {
  const rest = fc.array(connection, { maxLength: 8 });
  fc.assert(
    fc.property(connections, rest, fc.integer({ min: 0, max: END_S }), slot, (all, more, until, since) => {
      const reports = inOrder([...all, ...more]);
      const node = new Node({ maxClosed: 3 });
      node.tell(reports, until);
      const text = `comm=curl&since=${at(Math.min(since, node.seconds))}`;
      const expected = atOnce(node.drawing(text));
      const drawing = node.drawing(text);
      const later = reports.filter(({ seconds }) => seconds > until);
      let step = drawing.next();
      for (; step.done !== true; step = drawing.next()) {
        node.tell(later.splice(0, 1));
        if (later.length === 0) {
          node.seconds += 600;
          node.flows.sweep();
          node.flows.flush();
          node.flows.probeRestarted();
        }
      }
      expect(step.value).toEqual(expected);
    }),
  );
});
