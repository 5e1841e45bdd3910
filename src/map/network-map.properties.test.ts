import fc from 'fast-check';
import { expect, it } from 'vitest';
import { changeBetween } from './change.ts';
import { clientFlow, closed, NOW, type Sample, serverFlow } from './network-map.fixture.ts';
import { NetworkMap } from './network-map.ts';
import { MAP_GROUPS, type MapChange, type MapFlow, type MapGraph, type MapGroup } from './types.ts';

const WINDOW_MS = 300_000;

/** The reports of each connection, of a few hosts and ports: a port is used again 10 s after it was left. */
const connections: fc.Arbitrary<MapFlow[][]> = fc
  .array(
    fc.record({
      port: fc.integer({ min: 40_000, max: 40_003 }),
      ip: fc.constantFrom('10.0.0.1', '127.0.0.1'),
      container: fc.constantFrom(undefined, 'aa'.repeat(32)),
      seen: fc.constantFrom('client', 'server', 'both'),
      open: fc.boolean(),
      pod: fc.constantFrom(undefined, 'cart', 'pay'),
      sent: fc.nat(1000),
      received: fc.nat(1000),
      growth: fc.array(fc.nat(1000), { maxLength: 3 }),
    }),
    { maxLength: 8 },
  )
  .map((shapes) =>
    shapes.map(({ ip, port, container, seen, sent, received, growth, open, pod }, i) => {
      const usedAgain = shapes.slice(i + 1).some((later) => later.ip === ip && later.port === port);
      const sample: Sample = {
        id: `${i}`,
        client: { ip, port, comm: 'curl', netns: 1 },
        server: { ip, port: 80, comm: 'nginx', netns: 1, ...(container !== undefined && { container }) },
        openedMs: NOW - 200_000 + i * 10_000,
        sent,
        received,
      };
      const sides = [
        ...(seen === 'server' ? [] : [clientFlow(sample)]),
        ...(seen === 'client' ? [] : [serverFlow(sample)]),
      ];
      return sides
        .map((flow) => called(flow, pod))
        .flatMap((flow) => versions(flow, { growth, open: open && !usedAgain }));
    }),
  );

/** The same reports in another order and some of them twice; only between uses of a port is the order kept. */
const disordered = connections.chain((all) =>
  fc.tuple(
    fc.constant(all.flat()),
    fc
      .tuple(
        ...all.map((flows) => fc.shuffledSubarray([...flows, ...flows], { minLength: flows.length * 2 })),
      )
      .chain((shuffled) => interleaved(shuffled)),
  ),
);

function tupleOf([flow]: MapFlow[]): string {
  const ports = [flow?.source.port, flow?.dest.port].sort();
  return `${flow?.source.ip} ${ports}`;
}

function interleaved(all: MapFlow[][]): fc.Arbitrary<MapFlow[]> {
  const queues = new Map<string, MapFlow[]>();
  for (const flows of all) queues.set(tupleOf(flows), [...(queues.get(tupleOf(flows)) ?? []), ...flows]);
  const turns = [...queues].flatMap(([tuple, queue]) => queue.map(() => tuple));
  return fc.shuffledSubarray(turns, { minLength: turns.length }).map((order) => {
    const left = new Map([...queues].map(([tuple, queue]) => [tuple, queue.values()]));
    return order.flatMap((tuple) => left.get(tuple)?.next().value ?? []);
  });
}

/** As the metadata of Kubernetes names the other end of a client. */
function called(flow: MapFlow, pod: string | undefined): MapFlow {
  if (pod === undefined || flow.role !== 'client') return flow;
  return { ...flow, dest: { ...flow.dest, kubernetes: { namespace: 'shop', pod, labels: { app: pod } } } };
}

/** What is reported of a flow over its life. */
function versions(flow: MapFlow, { growth, open }: { growth: number[]; open: boolean }): MapFlow[] {
  const reports = [flow];
  for (const [i, more] of growth.entries()) {
    const last = reports.at(-1) ?? flow;
    const lastSeenMs = (flow.openedMs ?? 0) + i * 10;
    reports.push({ ...last, sent: { bytes: last.sent.bytes + more }, lastSeenMs, rttUs: more + 1 });
  }
  return open ? reports : [...reports, closed(reports.at(-1) ?? flow, (flow.openedMs ?? 0) + 100)];
}

function graphOf(flows: Iterable<MapFlow>, group: MapGroup = 'process'): MapGraph {
  const map = new NetworkMap({ windowMs: WINDOW_MS });
  for (const flow of flows) map.update(flow, NOW);
  return map.graph({ now: NOW, group, label: 'app' });
}

const groups = fc.constantFrom(...MAP_GROUPS);

it('draws the same map whatever the order of reports and however often they come', () => {
  fc.assert(
    fc.property(disordered, groups, ([inOrder, inDisorder], group) => {
      expect(graphOf(inDisorder, group)).toEqual(graphOf(inOrder, group));
    }),
  );
});

it('draws the same map when closed connections are folded at any time', () => {
  fc.assert(
    fc.property(connections, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), (all, sweeps) => {
      const map = new NetworkMap({ windowMs: WINDOW_MS, settleMs: 0 });
      for (const [i, flows] of all.entries()) {
        for (const flow of flows) map.update(flow, NOW);
        if (sweeps[i]) map.sweep(NOW);
      }
      expect(map.graph({ now: NOW, group: 'pod', label: 'app' })).toEqual(graphOf(all.flat(), 'pod'));
    }),
  );
});

it('removes what it added', () => {
  fc.assert(
    fc.property(connections, (all) => {
      const map = new NetworkMap({ windowMs: WINDOW_MS });
      for (const flow of all.flat()) map.update(flow, NOW);
      for (const flow of all.flat()) map.remove(flow);
      expect(map.counts).toEqual({ flows: 0, conversations: 0, idle: 0, evicted: 0 });
    }),
  );
});

it('describes the way from one map to the next', () => {
  fc.assert(
    fc.property(connections, connections, (first, second) => {
      const before = graphOf(first.flat());
      const after = graphOf(second.flat());
      const change = changeBetween(before, after);
      expect(change === undefined ? before : apply(before, change)).toEqual(after);
      expect(changeBetween(after, { ...after, generatedAt: 'later' })).toBeUndefined();
    }),
  );
});

it('says when nothing is hidden any more', () => {
  const graph = graphOf([]);
  const hidden = { nodes: 2, edges: 1 };
  expect(changeBetween(graph, { ...graph, hidden })?.hidden).toEqual(hidden);
  expect(changeBetween({ ...graph, hidden }, graph)?.hidden).toEqual({ nodes: 0, edges: 0 });
});

function apply(graph: MapGraph, { generatedAt, nodes, edges }: MapChange): MapGraph {
  const patch = <T extends { id: string }>(items: T[], part: { upserted: T[]; removed: string[] }) => {
    const byId = new Map(items.map((item) => [item.id, item]));
    for (const id of part.removed) byId.delete(id);
    for (const item of part.upserted) byId.set(item.id, item);
    return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  return { ...graph, generatedAt, nodes: patch(graph.nodes, nodes), edges: patch(graph.edges, edges) };
}
