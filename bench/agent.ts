import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { mapDirectory } from '../src/agent/enrich/directory.ts';
import { Enricher } from '../src/agent/enrich/enricher.ts';
import { Kubernetes } from '../src/agent/kubernetes/kubernetes.ts';
import { NodeFlows } from '../src/agent/node-flows.ts';
import { parseQuery } from '../src/lib/filter/query.ts';
import { createLogger } from '../src/lib/log.ts';
import { findList, listPieces } from '../src/query/record-list.ts';
import type { FlowRow } from '../src/wire/flow.ts';
import { FLOW_FIELD_NAMES, flowToRow } from '../src/wire/rows.ts';
import type { Benchmark, Figure } from './figures.ts';
import { median, ownCpuSeconds } from './figures.ts';

const FLOWS = 1_000_000;
const PODS = 200;
const ROUNDS = 9;
const MINUTE_NS = 60_000_000_000n;
const STARTED_MS = Date.now();

const QUERIES = [
  'last=20',
  'last=20&port=8080',
  'last=20&comm=app-7',
  'last=20&from-ip=10.244.0.0/28',
  'last=20&to-service=service-3',
  'last=20&workload=Deployment/app-11&failure',
  'first=100&since=10m',
];

/** What the agent's one thread does with a million flows, named by Kubernetes: nothing of the kernel. */
export const agent: Benchmark = {
  name: 'agent',
  async run() {
    const flows = tables();
    const template = rowOf(0);
    const before = await heapMiB();
    const seconds = ownCpuSeconds();
    for (let n = 0; n < FLOWS; n++) flows.record(numbered(template, n));
    const took = ownCpuSeconds() - seconds;
    const bytes = (((await heapMiB()) - before) * 2 ** 20) / FLOWS;
    const how = `${FLOWS} flows of ${PODS} pods`;
    return [
      {
        what: 'flows taken in by the agent',
        figure: `${(FLOWS / took / 1000).toFixed(0)} thousand in a second of processor time`,
        how: `${how}, into the table, the map and the feed, one thread`,
      },
      { what: 'memory of a flow in the agent', figure: `${bytes.toFixed(0)} bytes`, how },
      ...(await timed(flows)),
    ];
  },
};

async function timed(flows: NodeFlows): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const text of QUERIES) {
    const times: number[] = [];
    let answered = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const query = parseQuery(flows.set, new URLSearchParams(text));
      const started = ownCpuSeconds();
      for await (const piece of listPieces(await findList(flows, query), 'application/x-ndjson'))
        answered += piece.length;
      times.push((ownCpuSeconds() - started) * 1000);
    }
    times.sort((a, b) => a - b);
    const p99 = times[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN;
    figures.push({
      what: `\`/api/v1/flows?${text}\` over ${FLOWS} flows`,
      figure: `p50 ${median(times).toFixed(0)} ms, p99 ${p99.toFixed(0)} ms of processor time`,
      how: `${ROUNDS} times, ${Math.round(answered / ROUNDS)} bytes each`,
    });
  }
  return figures;
}

function tables(): NodeFlows {
  const kubernetes = new Kubernetes({
    source: {
      api: { host: '127.0.0.1', port: 1, tokenFile: undefined, caFile: undefined, verify: true },
      node: 'n',
    },
    labelsAsTags: new Map(),
    maxGonePods: 0,
    log: createLogger('node-agent', 'silent'),
    now: Date.now,
    random: Math.random,
  });
  for (let n = 0; n < PODS; n++) {
    kubernetes.pods.put({
      uid: `uid-${n}`,
      cgroupUid: undefined,
      namespace: `ns-${n % 8}`,
      name: `app-${n % 40}-6d9f7c5b8-${n}`,
      node: 'n',
      ips: [ipOf(n)],
      labels: { app: `app-${n % 40}` },
      workload: { kind: 'Deployment', name: `app-${n % 40}` },
      phase: 'Running',
      ready: true,
      restarts: 0,
      containers: [{ id: containerOf(n), name: 'main', images: [] }],
      startedMs: 0,
    });
    kubernetes.services.slices.put({
      key: `slice-${n}`,
      namespace: `ns-${n % 8}`,
      service: `service-${n % 40}`,
      endpoints: [{ ip: ipOf(n), pod: `app-${n}`, namespace: `ns-${n % 8}`, node: 'n' }],
    });
  }
  const enricher = new Enricher(kubernetes);
  return new NodeFlows({
    maxActive: FLOWS,
    maxClosed: FLOWS,
    windowMs: 3_600_000,
    historyBytes: 60 * 2 ** 20,
    feedEvents: 16_384,
    run: 'bench',
    now: Date.now,
    meter: { update: () => {}, remove: () => {}, restart: () => {} },
    names: { enricher, directory: mapDirectory(enricher, 'n') },
  });
}

function rowOf(n: number): FlowRow {
  return flowToRow({
    id: String(n),
    protocol: 'tcp',
    family: 'ipv4',
    netns: 4_026_531_840,
    direction: 'outgoing',
    role: 'client',
    source: { ip: ipOf(0), port: 40_000 },
    dest: { ip: ipOf(1), port: 8080 },
    process: { pid: 100, comm: 'app', exe: '/bin/app' },
    container: { id: containerOf(0), runtime: 'containerd' },
    cgroup: { id: 1, path: '/kubepods/burstable/pod/x' },
    state: 'established',
    openedAt: new Date(STARTED_MS).toISOString(),
    lastSeenAt: new Date(STARTED_MS).toISOString(),
    sent: { bytes: 100, packets: 1 },
    received: { bytes: 1000, packets: 2 },
    rttUs: 50,
  });
}

const NAMES = new Map(FLOW_FIELD_NAMES.map((name, index) => [name, index]));

function numbered(template: FlowRow, n: number): FlowRow {
  const row = template.slice();
  const set = (name: string, cell: FlowRow[number]) => {
    row[NAMES.get(name) ?? 0] = cell;
  };
  const at = BigInt(STARTED_MS) * 1_000_000n - MINUTE_NS + BigInt(n) * (MINUTE_NS / BigInt(FLOWS));
  set('id', `mwz${n.toString(36).padStart(9, '0')}`);
  set('source.ip', ipOf(n % PODS));
  set('source.port', 1024 + (n % 60_000));
  set('dest.ip', ipOf((n * 7 + 1) % PODS));
  set('dest.port', 8080 + (n % 5));
  set('process.comm', `app-${n % 40}`);
  set('container.id', containerOf(n % PODS));
  set('openedAt', at);
  set('lastSeenAt', at);
  if (n % 50 === 0) set('failure', 'reset');
  return row;
}

function ipOf(pod: number): string {
  return `10.244.${pod >> 8}.${pod & 255}`;
}

function containerOf(pod: number): string {
  return pod.toString(16).padStart(64, 'c');
}

async function heapMiB(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  await nextTurn();
  collect();
  const { heapUsed, arrayBuffers, external } = process.memoryUsage();
  return (heapUsed + arrayBuffers + external) / 2 ** 20;
}
