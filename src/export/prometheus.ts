import { Counter, Gauge, Registry, type RegistryContentType } from 'prom-client';

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
  process: { cpuSeconds: number; residentBytes: number };
}

type Sample = [value: number, labels?: Record<string, string>];
type Declare = (name: string, help: string, samples: Sample[]) => void;

/** The exposition of one moment: nothing is kept from one scrape to the next. */
export async function renderMetrics(
  form: 'text/plain' | 'application/openmetrics-text',
  telemetry: AgentTelemetry,
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
  return { contentType: registry.contentType, body: await registry.metrics() };
}

function describe(counter: Declare, gauge: Declare, telemetry: AgentTelemetry): void {
  const { version, startedAt, probe, tables, streams, process } = telemetry;
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
