import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientFlow, closed, NOW, sample, serverFlow } from './network-map.fixture.ts';
import { NetworkMap } from './network-map.ts';
import type { MapDnsQuery, MapEdge, MapFlow, MapGraph } from './types.ts';

const WINDOW_MS = 3_600_000;
const SLOT_MS = 10_000;
/** Where a slot begins. */
const BEGIN = Math.floor((NOW - 600_000) / SLOT_MS) * SLOT_MS;

/** Connections of ten minutes, each with the times in seconds at which it is reported. */
const lives = fc.array(
  fc.record({
    begin: fc.integer({ min: 0, max: 300_000 }),
    steps: fc.array(fc.record({ after: fc.integer({ min: 1, max: 40_000 }), bytes: fc.nat(1000) }), {
      minLength: 1,
      maxLength: 6,
    }),
    closes: fc.boolean(),
    seen: fc.constantFrom('client', 'server', 'both'),
    failure: fc.constantFrom(undefined, 'reset'),
  }),
  { minLength: 1, maxLength: 6 },
);
type Life = typeof lives extends fc.Arbitrary<(infer T)[]> ? T : never;

function reports(life: Life, port: number): { at: number; flow: MapFlow }[] {
  const base = { ...sample, id: `${port}`, client: { ...sample.client, port }, openedMs: BEGIN + life.begin };
  const out: { at: number; flow: MapFlow }[] = [];
  let at = base.openedMs;
  let sent = 0;
  for (const [i, { after, bytes }] of life.steps.entries()) {
    at += i === 0 ? 1 : after;
    sent += bytes;
    const now = { ...base, sent, received: sent * 2 };
    const sides = [
      ...(life.seen === 'server' ? [] : [clientFlow(now)]),
      ...(life.seen === 'client' ? [] : [serverFlow(now)]),
    ].map((flow) => ({ ...flow, lastSeenMs: at }));
    const isLast = life.closes && i === life.steps.length - 1;
    for (const flow of sides) {
      const failure = life.failure === undefined ? {} : { failure: life.failure };
      out.push({ at, flow: isLast ? { ...closed(flow, at), ...failure } : flow });
    }
  }
  return out;
}

/** Reports in the order of time, with or without what the map does as time passes. */
function mapOf(all: Life[], { sweeps }: { sweeps: boolean }): NetworkMap {
  const map = new NetworkMap({ windowMs: WINDOW_MS, settleMs: 100 });
  const told = all.flatMap((life, i) => reports(life, 40_000 + i)).sort((a, b) => a.at - b.at);
  for (const { at, flow } of told) {
    map.update(flow, at);
    if (sweeps) map.sweep(at);
  }
  if (sweeps) map.sweep(NOW + 100_000);
  return map;
}

const edge = ({ edges }: MapGraph): MapEdge | undefined => edges[0];
const between = (map: NetworkMap, from: number, to: number) =>
  map.graph({ now: NOW, group: 'process', between: { since: from, until: to - 1 } });

function sums(graphs: MapGraph[]): number[] {
  const of = (read: (each: MapEdge) => number) =>
    graphs.reduce((sum, graph) => sum + graph.edges.reduce((part, each) => part + read(each), 0), 0);
  return [
    of(({ bytes }) => bytes.forward),
    of(({ bytes }) => bytes.backward),
    of(({ connections }) => connections.opened),
    of(({ connections }) => connections.closed),
    of(({ connections }) => connections.failed.reset ?? 0),
    of(({ latency }) => latency?.rtt?.count ?? 0),
  ];
}

const cut = fc.integer({ min: 1, max: 59 }).map((slots) => BEGIN + slots * SLOT_MS);
const END = BEGIN + 600_000;

describe('windows', () => {
  it('that touch add up to the window of both', () => {
    fc.assert(
      fc.property(lives, cut, fc.boolean(), (all, middle, sweeps) => {
        const map = mapOf(all, { sweeps });
        const parts = [between(map, BEGIN, middle), between(map, middle, END)];
        expect(sums(parts)).toEqual(sums([between(map, BEGIN, END)]));
      }),
    );
  });

  it('are the same whether what was in them is tracked, added up or packed', () => {
    fc.assert(
      fc.property(lives, cut, cut, (all, one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other) + SLOT_MS];
        const [tracked, swept] = [mapOf(all, { sweeps: false }), mapOf(all, { sweeps: true })];
        expect(between(swept, from, to)).toEqual(between(tracked, from, to));
      }),
    );
  });

  it('know how many connections were open at their end', () => {
    fc.assert(
      fc.property(lives, cut, fc.boolean(), (all, end, sweeps) => {
        const map = mapOf(all, { sweeps });
        const open = all.filter((life, i) => {
          const told = reports(life, 40_000 + i);
          const last = told.at(-1)?.at ?? 0;
          return BEGIN + life.begin < end && (!life.closes || last >= end);
        });
        const { edges } = between(map, end - SLOT_MS, end);
        expect(edges.reduce((sum, { connections }) => sum + connections.active, 0)).toBe(open.length);
      }),
    );
  });

  it('of a past time have the mean as their rate', () => {
    const map = new NetworkMap({ windowMs: WINDOW_MS });
    map.update({ ...clientFlow(sample), rate: { sent: 7, received: 7, untilMs: NOW } }, NOW);
    const window = { since: sample.openedMs - 10_000, until: sample.openedMs + 10_000 };
    const graph = map.graph({ now: NOW, group: 'process', between: window });
    expect(graph.window).toEqual({
      since: new Date(window.since).toISOString(),
      until: new Date(window.until).toISOString(),
      live: false,
    });
    expect(edge(graph)?.rate).toEqual({ forward: 5, backward: 100 });
  });

  it('reach back as far as memory allows', () => {
    const map = new NetworkMap({ windowMs: WINDOW_MS, settleMs: 0, maxBytes: 100 });
    for (let i = 0; i < 20; i++) {
      const at = BEGIN + i * SLOT_MS;
      map.update(closed(clientFlow({ ...sample, id: `${i}`, openedMs: at }), at + 5), at + 5);
      map.sweep(at + 5);
    }
    const { bytes, forgotten } = map.history;
    expect(bytes).toBeLessThanOrEqual(100);
    expect(forgotten).toBeGreaterThan(0);
    expect(map.oldest(NOW)).toBe(BEGIN + forgotten * SLOT_MS);
    expect(sums([between(map, BEGIN, END)])[3]).toBe(20 - forgotten);
  });
});

describe('figures of an edge', () => {
  it('are those of its connections', () => {
    const flows = [100, 200, 300, 400].map((us, i) => ({
      ...closed(clientFlow({ ...sample, id: `${i}`, client: { ...sample.client, port: 41_000 + i } }), NOW),
      sent: { bytes: 10, packets: 2 },
      received: { bytes: 100, packets: 3 },
      connectUs: us,
      rttUs: us / 10,
      lostPackets: 1,
      ...(i === 0 && { failure: 'reset' }),
    }));
    const map = new NetworkMap({ windowMs: 300_000 });
    for (const flow of flows) map.update(flow, NOW);
    const graph = map.graph({ now: NOW, group: 'process' });
    expect(edge(graph)).toMatchObject({
      packets: { forward: 8, backward: 12 },
      lostPackets: 4,
      connectUs: 250,
      latency: { rtt: { count: 4 }, connect: { count: 4 } },
      signals: {
        latency: { count: 4 },
        traffic: { bytesPerSecond: 1.467, connectionsPerSecond: 0.013 },
        errors: { failed: 1, ratio: 0.25 },
      },
    });
    const { p50Us = 0, p99Us = 0 } = edge(graph)?.latency?.connect ?? {};
    expect(Math.abs(p50Us - 200) / 200).toBeLessThan(0.03);
    expect(Math.abs(p99Us - 300) / 300).toBeLessThan(0.03);
    const [server, client] = graph.nodes;
    expect([server?.signals.served, client?.signals.called]).toEqual([
      edge(graph)?.signals,
      edge(graph)?.signals,
    ]);
    expect(client?.received).toEqual({ bytes: 400, packets: 12 });
  });

  const query: MapDnsQuery = {
    transport: 'udp',
    source: sample.client,
    server: { ip: '10.0.0.2', port: 53 },
    process: { comm: 'curl' },
    askedMs: NOW - 1000,
    outcome: 'answered',
    rcode: 'NOERROR',
    latencyUs: 500,
  };

  it('count the DNS questions that were asked over it', () => {
    const map = new NetworkMap({ windowMs: 300_000 });
    const dns = { ...sample, server: { ...sample.server, port: 53, comm: 'dnsmasq' } };
    for (const flow of [clientFlow(dns), serverFlow(dns)]) map.update({ ...flow, protocol: 'udp' }, NOW);
    map.dns(query);
    map.dns({ ...query, rcode: 'NXDOMAIN' });
    map.dns({ ...query, rcode: 'YXDOMAIN' });
    map.dns({ ...query, outcome: 'timeout', rcode: undefined, latencyUs: undefined });
    const graph = map.graph({ now: NOW, group: 'process' });
    expect(graph.edges).toHaveLength(1);
    expect(edge(graph)).toMatchObject({
      target: 'process:host/dnsmasq',
      dns: { queries: 4, failed: { TIMEOUT: 1, NXDOMAIN: 1, OTHER: 1 }, latency: { count: 3 } },
      signals: { errors: { failed: 3, ratio: 0.75 } },
    });
  });

  it('count those to a service where its flow is, which NAT leads to a pod', () => {
    const map = new NetworkMap({ windowMs: 300_000 });
    const service = { ip: '10.96.0.10', port: 53 };
    const pod = { ip: '10.0.0.2', port: 53 };
    const flow = { ...clientFlow({ ...sample, server: service }), protocol: 'udp' };
    map.update(flow, NOW);
    map.update({ ...flow, translated: { dest: pod } }, NOW);
    map.dns({ ...query, server: service });
    const graph = map.graph({ now: NOW, group: 'process' });
    expect(graph.edges).toMatchObject([{ target: 'address:10.0.0.2', dns: { queries: 1 } }]);
    map.remove({ ...flow, translated: { dest: pod } });
    map.dns({ ...query, server: service });
    expect(map.graph({ now: NOW, group: 'process' }).edges).toHaveLength(2);
  });

  it('show DNS questions whose flow is not known', () => {
    const map = new NetworkMap({ windowMs: 300_000 });
    map.dns(query);
    const graph = map.graph({ now: NOW, group: 'process' });
    expect(edge(graph)).toMatchObject({
      target: 'address:10.0.0.2',
      port: 53,
      dns: { queries: 1, failed: {} },
    });
  });
});

describe('the saturation of a node', () => {
  const container = 'ab'.repeat(32);
  const usage = {
    containers: 1,
    cpu: { millicores: 300, limitMillicores: 500 },
    memory: { workingSetBytes: 1000, limitBytes: 4000 },
    pressure: { cpuPermille: 20 },
  };
  const flows = ['aa', 'bb'].map((end, i) =>
    serverFlow({ ...sample, id: end, client: { ...sample.client, port: 41_000 + i }, server: server(end) }),
  );

  function server(end: string) {
    return { ip: '10.0.0.2', port: 80, comm: 'nginx', container: container.slice(0, -2) + end };
  }

  it('is that of its containers, while it is now', () => {
    const map = new NetworkMap({
      windowMs: 300_000,
      directory: {
        version: 1,
        node: 'here',
        container: () => ({ namespace: 'shop', pod: 'cart' }),
        address: () => undefined,
      },
      saturation: (id) => (id.endsWith('aa') ? usage : { ...usage, cpu: { millicores: 5 } }),
    });
    for (const flow of flows) map.update(flow, NOW);
    const query = { now: NOW, group: 'pod' } as const;
    expect(map.graph(query).nodes.find(({ name }) => name === 'cart')?.saturation).toEqual({
      containers: 2,
      cpu: { millicores: 305 },
      memory: { workingSetBytes: 2000, limitBytes: 8000 },
      pressure: { cpuPermille: 20 },
    });
    const past = map.graph({ ...query, between: { since: NOW - 60_000, until: NOW - 1 } });
    expect(past.nodes.some(({ saturation }) => saturation !== undefined)).toBe(false);
  });
});

describe('the timeline', () => {
  it('adds up to what the map of the same window has', () => {
    fc.assert(
      fc.property(lives, fc.boolean(), fc.integer({ min: 1, max: 100 }), (all, sweeps, buckets) => {
        const map = mapOf(all, { sweeps });
        const timeline = map.timeline({ now: NOW, since: BEGIN, until: END - 1, buckets });
        expect(timeline.buckets.length).toBeLessThanOrEqual(buckets + 1);
        const sum = (name: 'bytes' | 'opened' | 'failed') =>
          timeline.buckets.reduce((total, bucket) => total + bucket[name], 0);
        const [forward = 0, backward = 0, opened, , failed] = sums([between(map, BEGIN, END)]);
        expect([sum('bytes'), sum('opened'), sum('failed')]).toEqual([forward + backward, opened, failed]);
      }),
    );
  });

  it('shows when something happened', () => {
    const map = new NetworkMap({ windowMs: WINDOW_MS });
    const openedMs = BEGIN + 3 * SLOT_MS + 1;
    map.update(closed(clientFlow({ ...sample, openedMs }), openedMs + 10), NOW);
    const query = { now: NOW, since: BEGIN, until: BEGIN + 8 * SLOT_MS - 1, buckets: 4 };
    const { bucketMs, buckets } = map.timeline(query);
    expect(bucketMs).toBe(20_000);
    const busy = buckets.filter(({ opened }) => opened > 0);
    expect(busy).toEqual([{ at: new Date(BEGIN + 20_000).toISOString(), bytes: 2100, opened: 1, failed: 0 }]);
  });
});
