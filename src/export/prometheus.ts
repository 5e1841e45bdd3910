import { Counter, Gauge, Registry, type RegistryContentType } from 'prom-client';
import { type ExpositionForm, exposition } from './exposition.ts';
import type { Family, Label } from './family.ts';
import type { MeterCounts } from './meters.ts';
import type { SinkStatus } from './sink.ts';

/** What the agent tells about itself. */
export interface AgentTelemetry {
  version: string;
  startedAt: string;
  probe: {
    connected: boolean;
    events: number;
    lost: number;
    reconnects: number;
    invalid: number;
    restarts: number;
    /** Between the latest event and its arrival here. */
    lagMs: number;
  };
  tables: readonly { name: string; used: number; max: number; evicted: number }[];
  streams: { open: number; max: number };
  meters: readonly MeterCounts[];
  exports: readonly SinkStatus[];
  process: { cpuSeconds: number; residentBytes: number };
}

type Sample = [value: number, labels?: Record<string, string>];
type Declare = (name: string, help: string, samples: Sample[]) => void;

export interface MetricsPage {
  telemetry: AgentTelemetry;
  /** What was counted of the node. */
  families: readonly Family[];
  /** Labels of each of them. */
  constant: readonly Label[];
}

const END = '# EOF';

/** The exposition of one moment: nothing is kept from one scrape to the next. */
export async function renderMetrics(
  form: ExpositionForm,
  { telemetry, families, constant }: MetricsPage,
): Promise<{ contentType: string; body: string }> {
  const registry = new Registry<RegistryContentType>();
  registry.setContentType(
    form === 'text/plain' ? Registry.PROMETHEUS_CONTENT_TYPE : Registry.OPENMETRICS_CONTENT_TYPE,
  );
  const declare =
    (Metric: typeof Counter | typeof Gauge): Declare =>
    (name, help, samples) => {
      const labelNames = Object.keys(samples[0]?.[1] ?? {});
      const metric = new Metric({ name, help, labelNames, registers: [registry as Registry] });
      for (const [value, labels = {}] of samples) metric.inc(labels, value);
    };
  describe(declare(Counter), declare(Gauge), telemetry);
  const own = (await registry.metrics()).trimEnd();
  const node = exposition(form, families, constant);
  const body = form === 'text/plain' ? `${own}\n${node}` : `${own.slice(0, -END.length)}${node}${END}\n`;
  return { contentType: registry.contentType, body };
}

function describe(counter: Declare, gauge: Declare, telemetry: AgentTelemetry): void {
  const { version, startedAt, probe, tables, streams, meters, exports, process } = telemetry;
  gauge('sysprobe_agent_build_info', 'The running version.', [[1, { version }]]);
  gauge('sysprobe_agent_probe_connected', '1 while the agent follows the probe, else 0.', [
    [Number(probe.connected)],
  ]);
  gauge(
    'sysprobe_agent_probe_lag_seconds',
    'From the latest event of the probe to its arrival in the agent.',
    [[probe.lagMs / 1000]],
  );
  counter('sysprobe_agent_events_total', 'Events read from the probe.', [[probe.events]]);
  counter(
    'sysprobe_agent_events_lost_total',
    'Events that the probe no longer had when the agent came for them.',
    [[probe.lost]],
  );
  counter('sysprobe_agent_reconnects_total', 'Times that reading the probe broke off or failed.', [
    [probe.reconnects],
  ]);
  counter('sysprobe_agent_invalid_streams_total', 'Times that what was read was not the protocol.', [
    [probe.invalid],
  ]);
  counter('sysprobe_agent_probe_restarts_total', 'Times that another run of the probe was met.', [
    [probe.restarts],
  ]);
  describeTables(counter, gauge, tables);
  gauge('sysprobe_agent_streams', 'Answers being sent that take time or never end.', [[streams.open]]);
  gauge('sysprobe_agent_max_streams', 'The most of them at once.', [[streams.max]]);
  describeMeters(counter, gauge, meters);
  describeExports(counter, gauge, exports);
  counter('process_cpu_seconds_total', 'Processor time of the agent.', [[process.cpuSeconds]]);
  gauge('process_resident_memory_bytes', 'Resident memory of the agent.', [[process.residentBytes]]);
  gauge('process_start_time_seconds', 'Start of the agent, in seconds since the Unix epoch.', [
    [Date.parse(startedAt) / 1000],
  ]);
}

function describeTables(counter: Declare, gauge: Declare, tables: AgentTelemetry['tables']): void {
  gauge(
    'sysprobe_agent_table_entries',
    'Entries in a table.',
    tables.map(({ name, used }) => [used, { table: name }]),
  );
  gauge(
    'sysprobe_agent_table_max_entries',
    'The most entries that a table holds.',
    tables.map(({ name, max }) => [max, { table: name }]),
  );
  counter(
    'sysprobe_agent_table_evicted_total',
    'Entries that made room for others.',
    tables.map(({ name, evicted }) => [evicted, { table: name }]),
  );
}

function describeMeters(counter: Declare, gauge: Declare, meters: readonly MeterCounts[]): void {
  gauge(
    'sysprobe_agent_metric_series',
    'Sets of labels that have metrics of their own.',
    meters.map(({ name, series }) => [series, { meter: name }]),
  );
  gauge(
    'sysprobe_agent_metric_max_series',
    'The most sets of labels that have metrics of their own.',
    meters.map(({ name, max }) => [max, { meter: name }]),
  );
  counter(
    'sysprobe_agent_metric_overflow_total',
    'Records whose set of labels found no place: they are counted together, with ~other in every label.',
    meters.map(({ name, overflow }) => [overflow, { meter: name }]),
  );
}

function describeExports(counter: Declare, gauge: Declare, exports: readonly SinkStatus[]): void {
  if (exports.length === 0) return;
  counter(
    'sysprobe_agent_export_sent_total',
    'Points and events that a receiver took.',
    exports.map(({ name, sent }) => [sent, { sink: name }]),
  );
  gauge(
    'sysprobe_agent_export_queued',
    'Points and events that wait to be sent.',
    exports.map(({ name, queued }) => [queued, { sink: name }]),
  );
  counter(
    'sysprobe_agent_export_retries_total',
    'Requests that were sent again.',
    exports.map(({ name, retries }) => [retries, { sink: name }]),
  );
  const dropped = exports.flatMap(({ name, dropped }) =>
    Object.entries(dropped).map(([reason, count]): Sample => [count, { sink: name, reason }]),
  );
  if (dropped.length === 0) return;
  counter('sysprobe_agent_export_dropped_total', 'Points and events that no receiver got.', dropped);
}
