import fc from 'fast-check';
import type { Steps } from '../map/steps.ts';
import type { FlowRecord, FlowRow } from '../wire/flow.ts';
import { NodeFlows } from './node-flows.ts';
import { AT_MS, at, row } from './store/flow.fixture.ts';

export const WINDOW_MS = 3_600_000;
export const END_S = 600;
const SLOT_S = 10;

/** Connections of ten minutes between four processes, of which one or both sides are seen. */
export const connection = fc.record({
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
export const connections = fc.array(connection, { minLength: 1, maxLength: 8 });

export interface Report {
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

/** A node that is told what is reported, when it is. */
export class Node {
  seconds = 0;
  readonly flows: NodeFlows;

  constructor({ maxClosed = 100, historyBytes = 2 ** 24 } = {}) {
    this.flows = new NodeFlows({
      maxActive: 100,
      maxClosed,
      windowMs: WINDOW_MS,
      historyBytes,
      feedEvents: 16,
      run: 'test',
      now: () => this.now,
      meter: { update: () => {}, remove: () => {}, restart: () => {} },
    });
  }

  get now(): number {
    return AT_MS + this.seconds * 1000;
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

  /** What the steps lead to, while all of this is told, and then much more happens. */
  tellDuring<T>(steps: Steps<T>, reports: readonly Report[]): T {
    const later = [...reports];
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) {
      this.tell(later.splice(0, 1));
      if (later.length > 0) continue;
      this.seconds += 600;
      this.flows.sweep();
      this.flows.flush();
      this.flows.probeRestarted();
    }
    return step.value;
  }
}

export const inOrder = (all: readonly Connection[]) =>
  all.flatMap(reportsOf).sort((a, b) => a.seconds - b.seconds);
export const slot = fc.integer({ min: 0, max: END_S / SLOT_S }).map((number) => number * SLOT_S);
/** As parameters: between two slots, or from one on. */
export const window = fc.tuple(slot, slot, fc.boolean()).map(([one, other, isLive]) => {
  const until = new Date(AT_MS + (Math.max(one, other) + SLOT_S) * 1000 - 1).toISOString();
  return `since=${at(Math.min(one, other))}${isLive ? '' : `&until=${until}`}`;
});
