import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { renderMetrics } from '../export/prometheus.ts';
import type { AgentConfig } from '../lib/config/load.ts';
import { networkNames } from '../lib/config/networks.ts';
import type { Logger } from '../lib/log.ts';
import { packageRoot } from '../lib/package-root.ts';
import { ReportPolicy } from '../lib/report-policy.ts';
import { type AppOptions, createApp, createHealthApp } from '../query/app.ts';
import { isLoopback } from '../query/host.ts';
import { LiveMaps } from '../query/live-maps.ts';
import { Page } from '../query/page.ts';
import { Streams } from '../query/streams.ts';
import { Timelines } from '../query/timelines.ts';
import { agentStatus, unreadyReason } from './agent-status.ts';
import { mapDirectory } from './enrich/directory.ts';
import { Enricher } from './enrich/enricher.ts';
import { Exclusions } from './exclusions.ts';
import { type ExportConfig, metersOf, sinksOf } from './exports.ts';
import { SegmentFiles } from './history/segment-files.ts';
import { Figures } from './ingest/figures.ts';
import { Ingest } from './ingest/ingest.ts';
import { Kubernetes } from './kubernetes/kubernetes.ts';
import { type KubernetesConfig, nodeName, sourceOf } from './kubernetes/source.ts';
import { NodeTables } from './node-tables.ts';

export type PipelineConfig = KubernetesConfig &
  ExportConfig &
  Pick<
    AgentConfig,
    | 'socket'
    | 'listenHost'
    | 'maxFlows'
    | 'maxClosedFlows'
    | 'networks'
    | 'historySeconds'
    | 'historyBytes'
    | 'historyFolder'
    | 'historyFileBytes'
    | 'dnsMax'
    | 'maxContainers'
    | 'maxProcesses'
    | 'excludeContainers'
    | 'includeContainers'
  >;

export interface PipelineOptions {
  config: PipelineConfig;
  log: Logger;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Numbers from 0 to below 1. */
  random: () => number;
  limits?: Partial<PipelineLimits>;
  /** Where the built page is. */
  pageFolder?: string;
}

export interface PipelineLimits {
  /** Answers that take time or never end, at once. */
  streams: number;
  /** A client that takes nothing for so long is disconnected. */
  patienceMs: number;
  /** Changes that a follower of flows may be behind. */
  feedEvents: number;
  /** The same for each of the other kinds. */
  recordEvents: number;
  /** How often the use of containers and processes is read. */
  figuresMs: number;
}

export interface Pipeline {
  app: ReturnType<typeof createApp>;
  health: ReturnType<typeof createHealthApp>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const SWEEP_MS = 1000;
/** For the first list of pods, at most, and how often to look. */
const FIRST_PODS_MS = 30_000;
const LOOK_MS = 100;
const LIVE = { intervalMs: 1000, keepAliveMs: 15_000 };
const LIMITS: PipelineLimits = {
  streams: 64,
  patienceMs: 60_000,
  feedEvents: 16_384,
  recordEvents: 4096,
  figuresMs: 10_000,
};

/**
 * The agent from one end to the other:
 *
 *   probe ──► ingest ──► tables (flows, dns, processes, containers) ──┬──► maps ──► app ──► page, API
 *                          ▲                         │                ├──► meters ──► metrics, OTLP metrics
 *                          │                         └──► OTLP logs   └──► status ──► metrics
 *   Kubernetes ──► names of both ends and of owners
 */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { config, log, now, random } = options;
  const limits = { ...LIMITS, ...options.limits };
  const startedAt = new Date(now());
  const run = now().toString(36);

  const kubernetes = kubernetesOf(options);
  const enricher = kubernetes && new Enricher(kubernetes);
  const surroundings = { config, log, now, random, inKubernetes: kubernetes !== undefined };
  const meters = metersOf(surroundings);
  const { historyFolder: folder, historyFileBytes: maxBytes } = config;
  const segments = folder === undefined ? undefined : new SegmentFiles({ folder, maxBytes, log });
  const tables = new NodeTables({
    maxActive: config.maxFlows,
    maxClosed: config.maxClosedFlows,
    windowMs: config.historySeconds * 1000,
    historyBytes: config.historyBytes,
    network: networkNames(config.networks),
    ...(segments && { onBlock: (block) => segments.append(block) }),
    feedEvents: limits.feedEvents,
    maxDns: config.dnsMax,
    // As many that run as that ended, like the probe.
    maxProcesses: config.maxProcesses * 2,
    maxContainers: config.maxContainers * 2,
    recordEvents: limits.recordEvents,
    run,
    now,
    meters,
    names: enricher && { enricher, directory: mapDirectory(enricher, nodeName(config)) },
  });
  const { flows, dns, processes, containers } = tables;
  const exclusions = exclusionsOf(options, { tables, kubernetes, enricher });
  const ingest = new Ingest({ socketPath: config.socket, sink: exclusions ?? tables, log, random });
  const figures = new Figures({
    socketPath: config.socket,
    intervalMs: limits.figuresMs,
    isConnected: () => ingest.status.connected,
    refresh: (kind, row) => tables.refresh(kind, row),
    log,
  });
  const streams = new Streams({ max: limits.streams, patienceMs: limits.patienceMs });
  const sinks = sinksOf(surroundings, { meters, tables, run });
  const status = () =>
    agentStatus({
      socket: config.socket,
      run,
      startedAt,
      ingest: ingest.status,
      tables: tables.status,
      kubernetes: kubernetes?.status,
      exclusions: exclusions?.counts,
      segments: segments?.status,
      streams: streams.counts,
      meters: meters.counts,
      exports: sinks.map((sink) => sink.status),
    });
  const metrics: AppOptions['metrics'] = (form) => {
    const { user, system } = process.cpuUsage();
    const usage = { cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() };
    const telemetry = { ...status(), process: usage };
    return renderMetrics(form, { telemetry, families: meters.families(now()), constant: meters.constant });
  };
  const health = {
    unreadyReason: () => unreadyReason(ingest.status),
    log: (error: unknown) => log.error({ err: error }, 'a request failed'),
  };
  const app = createApp({
    ...health,
    flows,
    dns,
    processes,
    containers,
    map: flows,
    maps: new LiveMaps(flows, LIVE),
    timelines: new Timelines(flows),
    streams,
    page: new Page(options.pageFolder ?? join(packageRoot, 'dist/web')),
    status,
    metrics,
    loopbackOnly: isLoopback(config.listenHost),
  });

  let sweeper: NodeJS.Timeout | undefined;
  return {
    app,
    health: createHealthApp(health),
    start: async () => {
      await restore(flows, segments, now() - config.historySeconds * 1000);
      sweeper = setInterval(() => {
        exclusions?.sweep(now());
        flows.sweep();
      }, SWEEP_MS);
      kubernetes?.start();
      if (exclusions === undefined) ingest.start();
      else void podsKnown(kubernetes, log).then(() => ingest.start());
      figures.start();
      for (const sink of sinks) sink.start();
    },
    stop: async () => {
      clearInterval(sweeper);
      streams.close();
      await Promise.all([
        ingest.stop(),
        figures.stop(),
        kubernetes?.stop(),
        ...sinks.map((sink) => sink.stop()),
      ]);
      if (segments === undefined) return;
      flows.flush();
      await segments.close();
    },
  };
}

function kubernetesOf({ config, log, now, random }: PipelineOptions): Kubernetes | undefined {
  const source = sourceOf(config);
  const { podLabelsAsTags: labelsAsTags, maxGonePods } = config;
  return source && new Kubernetes({ source, labelsAsTags, maxGonePods, log, now, random });
}

interface Named {
  tables: NodeTables;
  kubernetes: Kubernetes | undefined;
  enricher: Enricher | undefined;
}

/** Undefined where nothing is excluded. */
function exclusionsOf(
  { config, log, now }: PipelineOptions,
  { tables, kubernetes, enricher }: Named,
): Exclusions | undefined {
  const { excludeContainers: exclude, includeContainers: include } = config;
  const policy = new ReportPolicy({ exclude, include });
  if (!policy.isNeeded) return undefined;
  if (kubernetes === undefined || enricher === undefined) {
    log.warn(
      'the agent excludes no container: excludeContainers goes by names of Kubernetes, which there are none of',
    );
    return undefined;
  }
  return new Exclusions({
    policy,
    sink: tables,
    textsOf: ({ id, cgroupPath: path }) => enricher.textsOf({ container: { id }, cgroup: { path } }),
    waitMs: kubernetes.delayMs,
    now,
  });
}

/** Waits a while for the names of the pods that there are: what the probe lists first is of them. */
async function podsKnown(kubernetes: Kubernetes | undefined, log: Logger): Promise<void> {
  for (let waitedMs = 0; kubernetes?.knowsPods === false; waitedMs += LOOK_MS) {
    if (waitedMs >= FIRST_PODS_MS) {
      log.warn(
        'the pods of the node are not known: of excluded containers, those stay that are not told of in time',
      );
      return;
    }
    await sleep(LOOK_MS, undefined, { ref: false });
  }
}

/** Takes over what earlier runs left in files. */
async function restore(
  flows: NodeTables['flows'],
  segments: SegmentFiles | undefined,
  sinceMs: number,
): Promise<void> {
  for await (const block of segments?.read() ?? []) {
    if (block.lastMs >= sinceMs) flows.restore(block);
    await nextTurn();
  }
}
