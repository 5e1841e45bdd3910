import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { mapDirectory } from '../src/agent/enrich/directory.ts';
import { Enricher } from '../src/agent/enrich/enricher.ts';
import { Kubernetes } from '../src/agent/kubernetes/kubernetes.ts';
import { NodeFlows } from '../src/agent/node-flows.ts';
import { FLOWS } from '../src/lib/filter/flows.ts';
import { parseQuery } from '../src/lib/filter/query.ts';
import { select } from '../src/lib/filter/select.ts';
import { createLogger } from '../src/lib/log.ts';
import { inSlices } from '../src/lib/time-slice.ts';
import { filteredMap } from '../src/query/filtered-map.ts';
import { filteredTimeline } from '../src/query/filtered-timeline.ts';
import { parseMapQuery } from '../src/query/map-query.ts';
import { parseTimelineQuery } from '../src/query/timeline-query.ts';
import type { FlowRecord } from '../src/wire/flow.ts';
import { flowToRow } from '../src/wire/rows.ts';
import { formatTime } from '../src/wire/time.ts';
import type { Benchmark, Figure } from './figures.ts';

const FLOWS_TOTAL = 1_000_000;
const BATCH = 20_000;
const SECONDS = 3600;
const PODS = 200;
const WORKLOADS = 40;
const START_MS = Date.parse('2026-01-01T00:00:00Z');
const END_MS = START_MS + SECONDS * 1000;
const ROUNDS = 15;
const HOW = `${FLOWS_TOTAL} flows within an hour: half of them both sides of connections between ${PODS} pods of ${WORKLOADS} workloads, half to 100 addresses outside`;

/** An hour of a busy node: what the agent takes in, what it keeps, and how fast it answers. */
export const history: Benchmark = {
  name: 'history',
  async run() {
    let now = START_MS;
    const flows = nodeOf(() => now);
    const before = heap();
    let ingestMs = 0;
    for (let first = 0; first < FLOWS_TOTAL; first += BATCH) {
      const rows = Array.from({ length: BATCH }, (_, i) => flowToRow(flowAt(first + i)));
      now = timeOf(first + BATCH);
      const started = performance.now();
      for (const row of rows) flows.record(row);
      flows.sweep();
      ingestMs += performance.now() - started;
    }
    const kept = heap() - before;
    const { tables } = flows.status;
    const used = tables.find(({ name }) => name === 'history')?.used ?? 0;
    return [
      {
        what: 'flows taken in',
        figure: `${(FLOWS_TOTAL / ingestMs).toFixed(0)} thousand a second`,
        how: `${HOW}; one thread, store, map, history and packing`,
      },
      {
        what: 'history of a flow',
        figure: `${(used / FLOWS_TOTAL).toFixed(0)} bytes`,
        how: `of the flow and its part of the map; the process grew by ${(kept / 2 ** 20).toFixed(0)} MiB, with the table of ${65_536} closed flows`,
      },
      ...(await answers(flows)),
    ];
  },
};

async function answers(flows: NodeFlows): Promise<Figure[]> {
  const at = (seconds: number) => new Date(START_MS + seconds * 1000).toISOString();
  const map = (text: string) => () => {
    const query = parseMapQuery(new URLSearchParams(text), {
      now: END_MS,
      windowMs: SECONDS * 1000,
      set: flows.set,
    });
    const { group, limit, match } = query;
    if (match !== undefined) return inSlices(filteredMap(flows, query, match));
    return flows.graph({ now: END_MS, group, limit, ...query.window(END_MS) });
  };
  const list = (text: string) => async () => {
    const query = parseQuery(flows.set, new URLSearchParams(text), END_MS);
    return select(flows.snapshot(query), FLOWS, query);
  };
  const timeline = (text: string) => () => {
    const { windowMs, set } = flows;
    const query = parseTimelineQuery(new URLSearchParams(text), { now: END_MS, windowMs, set });
    return query.match && inSlices(filteredTimeline(flows, query.at(END_MS), query.match));
  };
  const window = `since=${at(1200)}&until=${at(1800)}`;
  return [
    await measured('map by workload, the last five minutes', map('group=workload')),
    await measured('map by workload, ten minutes of half an hour ago', map(`group=workload&${window}`)),
    await measured('map by workload, the whole hour', map('group=workload&since=1h')),
    await measured(
      'map by workload of one workload, ten minutes',
      map(`group=workload&workload=app-7&${window}`),
    ),
    await measured(
      'map by workload of one workload, the whole hour',
      map('group=workload&workload=app-7&since=1h'),
    ),
    await measured('map by workload of all TCP, ten minutes', map(`group=workload&protocol=tcp&${window}`)),
    await measured('timeline of the whole hour', () =>
      flows.timeline({ now: END_MS, since: START_MS, until: END_MS, buckets: 120 }),
    ),
    await measured('timeline of one workload, the whole hour', timeline('workload=app-7')),
    await measured('timeline of all TCP, the whole hour', timeline('protocol=tcp')),
    await measured('list of 20 that failed, of the whole hour', list('failure=any&last=20&since=1h')),
    await measured('list of 20 of one process, ten minutes', list(`comm=app-7&last=20&${window}`)),
  ];
}

async function measured(what: string, run: () => unknown): Promise<Figure> {
  const times: number[] = [];
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  for (let round = 0; round < ROUNDS + 2; round++) {
    const started = performance.now();
    await run();
    if (round === 1) loop.reset();
    else if (round >= 2) times.push(performance.now() - started);
    await setImmediate();
  }
  loop.disable();
  times.sort((a, b) => a - b);
  const part = (share: number) =>
    (times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0).toFixed(1);
  return {
    what,
    figure: `p50 ${part(0.5)} ms, p99 ${part(0.99)} ms`,
    how: `${ROUNDS} times over ${FLOWS_TOTAL} flows; others waited at most ${(loop.max / 1e6).toFixed(0)} ms`,
  };
}

function nodeOf(now: () => number): NodeFlows {
  const log = createLogger('node-agent', 'silent');
  const access = { host: '127.0.0.1', port: 1, tls: undefined } as never;
  const kubernetes = new Kubernetes({
    source: { api: access, node: 'here' },
    labelsAsTags: new Map(),
    maxGonePods: 1024,
    log,
    now,
    random: () => 0.5,
  });
  for (let pod = 0; pod < PODS; pod++) kubernetes.pods.put(podOf(pod));
  const enricher = new Enricher(kubernetes);
  return new NodeFlows({
    maxActive: 65_536,
    maxClosed: 65_536,
    windowMs: SECONDS * 1000,
    historyBytes: 2 ** 30,
    feedEvents: 16_384,
    run: 'bench',
    now,
    meter: { update: () => {}, remove: () => {}, restart: () => {} },
    names: { enricher, directory: mapDirectory(enricher, 'here') },
  });
}

function podOf(pod: number) {
  const name = `app-${pod % WORKLOADS}`;
  return {
    uid: `00000000-0000-4000-8000-${String(pod).padStart(12, '0')}`,
    cgroupUid: undefined,
    namespace: 'shop',
    name: `${name}-${pod}`,
    node: 'here',
    ips: [ipOf(pod)],
    labels: { app: name },
    workload: { kind: 'Deployment', name },
    phase: 'Running',
    ready: true,
    restarts: 0,
    containers: [{ id: containerOf(pod), name: 'main', images: [] }],
    startedMs: START_MS - 1000,
  };
}

const ipOf = (pod: number) => `10.244.1.${pod}`;
const containerOf = (pod: number) => pod.toString(16).padStart(64, 'c');
const timeOf = (flow: number) => START_MS + (flow / FLOWS_TOTAL) * SECONDS * 1000;

/** Flow by number: of four, two are both sides of a connection between pods. */
function flowAt(number: number): FlowRecord {
  const connection = number >> 1;
  const isLocal = connection % 2 === 0;
  const isServer = isLocal && number % 2 === 1;
  const client = (isLocal ? connection : number) % PODS;
  const peer = (client * 7 + (connection % 5)) % PODS;
  const port = 32_768 + (connection % 28_000);
  const openedNs = BigInt(Math.round(timeOf(isLocal ? connection << 1 : number) * 1e6));
  const closedNs = openedNs + BigInt(5_000_000 + (number % 977) * 1000);
  const here = { ip: ipOf(client), port };
  const there = isLocal ? { ip: ipOf(peer), port: 8080 } : { ip: `203.0.113.${connection % 100}`, port: 443 };
  const owner = isServer ? peer : client;
  const sent = { bytes: 200 + (connection % 900), packets: 6 };
  const received = { bytes: 1000 + ((connection * 37) % 90_000), packets: 9 };
  return {
    id: `mf1a2b-${connection.toString(36)}-${number % 2}`,
    protocol: 'tcp',
    family: 'ipv4',
    netns: 4_026_532_000 + owner,
    direction: isLocal ? 'local' : 'outgoing',
    role: isServer ? 'server' : 'client',
    source: isServer ? there : here,
    dest: isServer ? here : there,
    process: {
      pid: 1000 + owner,
      comm: `app-${owner % WORKLOADS}`,
      exe: `/usr/bin/app-${owner % WORKLOADS}`,
    },
    container: { id: containerOf(owner), runtime: 'containerd' },
    cgroup: { id: 5000 + owner, path: `/kubepods/pod${owner}/${containerOf(owner)}` },
    state: 'closed',
    openedAt: formatTime(openedNs),
    closedAt: formatTime(closedNs),
    lastSeenAt: formatTime(closedNs),
    durationNs: Number(closedNs - openedNs),
    sent: isServer ? received : sent,
    received: isServer ? sent : received,
    ...(number % 100 === 0 && { failure: 'reset' as const, errno: 104 }),
    ...(!isServer && { connectUs: 80 + (connection % 400) }),
    rttUs: 60 + (connection % 300),
    rttVarUs: 30 + (connection % 100),
  };
}

function heap(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
