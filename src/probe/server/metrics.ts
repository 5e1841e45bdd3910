import { Counter, Gauge, Registry, type RegistryContentType } from 'prom-client';
import { type DnsSum, OTHER } from '../../lib/dns/totals.ts';
import type { EventType } from '../../wire/messages.ts';
import type { Status } from '../../wire/status.ts';

export type Sample = [value: number, labels?: Record<string, string>];

/** A family of samples, all with the same labels. What a counter is called ends in `_total`. */
export interface Metric {
  kind: 'counter' | 'gauge';
  name: string;
  help: string;
  samples: Sample[];
}

/** What the probe tells about itself. */
export interface Telemetry {
  status: Status;
  /** Events by type since the start. */
  events: Readonly<Record<EventType, number>>;
  /** Answers by path and HTTP status. */
  answers: readonly { path: string; status: string; count: number }[];
  process: { cpuSeconds: number; residentBytes: number };
  /** What sources tell beside the status. */
  metrics: Iterable<Metric>;
}

const SOURCE_STATES = ['on', 'degraded', 'off'] as const;

/** `text/plain` is Prometheus' older format, for a scraper that asks for nothing else. */
export const METRIC_FORMS = ['application/openmetrics-text', 'text/plain'] as const;
export type MetricForm = (typeof METRIC_FORMS)[number];

/** The exposition of one moment: nothing is kept from one scrape to the next. */
export async function renderMetrics(
  form: MetricForm,
  telemetry: Telemetry,
): Promise<{ contentType: string; body: string }> {
  const registry = new Registry<RegistryContentType>();
  registry.setContentType(
    form === 'text/plain' ? Registry.PROMETHEUS_CONTENT_TYPE : Registry.OPENMETRICS_CONTENT_TYPE,
  );
  const declare =
    (Metric: typeof Counter | typeof Gauge) => (name: string, help: string, samples: Sample[]) => {
      const labelNames = Object.keys(samples[0]?.[1] ?? {});
      const metric = new Metric({ name, help, labelNames, registers: [registry as Registry] });
      for (const [value, labels = {}] of samples) metric.inc(labels, value);
    };
  const counter = declare(Counter);
  const gauge = declare(Gauge);
  describeProbe(counter, gauge, telemetry);
  for (const { kind, name, help, samples } of telemetry.metrics) {
    (kind === 'counter' ? counter : gauge)(name, help, samples);
  }
  return { contentType: registry.contentType, body: await registry.metrics() };
}

type Declare = (name: string, help: string, samples: Sample[]) => void;

function describeProbe(counter: Declare, gauge: Declare, telemetry: Telemetry): void {
  const { status, process } = telemetry;
  gauge('sysprobe_build_info', 'The running version.', [[1, { version: status.version }]]);
  gauge(
    'sysprobe_source_state',
    'Whether a source of data is on, degraded or off: 1 for the state it is in.',
    status.sources.flatMap(({ name, state }) =>
      SOURCE_STATES.map((each): Sample => [Number(each === state), { source: name, state: each }]),
    ),
  );
  const programs = status.sources.flatMap((source) => source.programs);
  counter(
    'sysprobe_bpf_program_runs_total',
    'Runs of a BPF program, 0 while the run statistics of the kernel are off.',
    programs.map(({ name, runCount }) => [runCount, { program: name }]),
  );
  counter(
    'sysprobe_bpf_program_run_seconds_total',
    'Time spent in a BPF program, 0 while the run statistics of the kernel are off.',
    programs.map(({ name, runTimeNs }) => [runTimeNs / 1e9, { program: name }]),
  );
  counter(
    'sysprobe_bpf_program_skips_total',
    'Runs of a BPF program that the kernel skipped because it was at work on the same processor.',
    programs.map(({ name, skipCount }) => [skipCount, { program: name }]),
  );
  describeTables(counter, gauge, status);
  describeDns(counter, gauge, status);
  describeStream(counter, gauge, telemetry);
  counter('process_cpu_seconds_total', 'Processor time of the probe.', [[process.cpuSeconds]]);
  gauge('process_resident_memory_bytes', 'Resident memory of the probe.', [[process.residentBytes]]);
  gauge('process_start_time_seconds', 'Start of the probe, in seconds since the Unix epoch.', [
    [Date.parse(status.startedAt) / 1000],
  ]);
}

function describeTables(counter: Declare, gauge: Declare, { tables, loss }: Status): void {
  gauge(
    'sysprobe_table_entries',
    'Entries in a table.',
    tables.map(({ name, used }) => [used, { table: name }]),
  );
  gauge(
    'sysprobe_table_max_entries',
    'The most entries that a table holds.',
    tables.map(({ name, max }) => [max, { table: name }]),
  );
  counter(
    'sysprobe_table_evicted_total',
    'Entries that made room for others.',
    tables.map(({ name, evicted }) => [evicted, { table: name }]),
  );
  counter(
    'sysprobe_lost_total',
    'What was not seen or not kept, by reason.',
    Object.entries(loss).map(([reason, count]) => [count, { reason }]),
  );
}

/**
 * Of the busiest alone, so that labels stay few whatever is asked for. What is summed for want of room is left out: what
 * moves there and back would make a counter fall. It is what the sum of all has more.
 */
function describeDns(counter: Declare, gauge: Declare, { dns }: Status): void {
  if (dns === undefined) return;
  counter('sysprobe_dns_transactions_total', 'DNS transactions by outcome.', outcomes(dns, {}));
  for (const [label, sums] of [
    ['container', dns.containers],
    ['domain', dns.domains],
    ['server', dns.servers],
    ['type', dns.types],
  ] as const) {
    const shown = sums.filter(({ name }) => name !== OTHER);
    counter(
      `sysprobe_dns_${label}_transactions_total`,
      `DNS transactions by outcome, of the ${label}s with the most.`,
      shown.flatMap((sum) => outcomes(sum, { [label]: sum.name })),
    );
    gauge(
      `sysprobe_dns_${label}_latency_seconds`,
      `Time to the answer since the start, of the ${label}s with the most transactions.`,
      shown.flatMap(({ name, latencyUs = {} }) =>
        Object.entries(latencyUs).map(([quantile, us]): Sample => [us / 1e6, { [label]: name, quantile }]),
      ),
    );
  }
  counter('sysprobe_dns_retries_total', 'DNS questions that were sent again.', [[dns.retries]]);
  counter('sysprobe_dns_searches_total', 'DNS transactions that a search list made for nothing.', [
    [dns.searches],
  ]);
}

/** A response code, or `timeout`. */
function outcomes({ rcodes, timeouts }: DnsSum, labels: Record<string, string>): Sample[] {
  return Object.entries({ ...rcodes, timeout: timeouts }).map(([outcome, count]) => [
    count,
    { ...labels, outcome },
  ]);
}

function describeStream(counter: Declare, gauge: Declare, { status, events, answers }: Telemetry): void {
  counter(
    'sysprobe_events_total',
    'Events appended to the stream.',
    Object.entries(events).map(([type, count]) => [count, { type }]),
  );
  gauge('sysprobe_replay_events', 'Events held for readers that come back.', [[status.replay.events]]);
  gauge('sysprobe_replay_max_events', 'The most events held.', [[status.replay.maxEvents]]);
  gauge('sysprobe_replay_bytes', 'Memory of the events held.', [[status.replay.bytes]]);
  gauge('sysprobe_replay_max_bytes', 'The most memory of the events held.', [[status.replay.maxBytes]]);
  gauge('sysprobe_readers', 'Clients that follow the stream.', [[status.readers.length]]);
  counter(
    'sysprobe_http_answers_total',
    'Answers on the socket, by path and HTTP status.',
    answers.map(({ path, status: code, count }) => [count, { path, code }]),
  );
}
