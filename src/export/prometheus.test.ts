import { expect, it } from 'vitest';
import type { Family, Label } from './family.ts';
import { type AgentTelemetry, renderMetrics } from './prometheus.ts';

const TELEMETRY: AgentTelemetry = {
  version: '1.2.3',
  startedAt: '2026-03-01T12:00:00.000Z',
  probe: { connected: true, events: 12_000, lost: 3, reconnects: 2, invalid: 1, restarts: 1, lagMs: 120 },
  tables: [
    { name: 'flows', used: 10, max: 65_536, evicted: 0 },
    { name: 'closedFlows', used: 65_536, max: 65_536, evicted: 7 },
  ],
  streams: { open: 4, max: 64 },
  meters: [{ name: 'flows', series: 12, max: 1000, overflow: 3 }],
  exports: [
    {
      name: 'otlp-metrics',
      sent: 900,
      queued: 12,
      retries: 2,
      dropped: { overflow: 7 },
      lastError: 'refused',
    },
  ],
  process: { cpuSeconds: 1.5, residentBytes: 80_000_000 },
};

const CONSTANT: Label[] = [{ name: 'env', attribute: 'env', value: 'prod' }];
const FAMILIES: Family[] = [
  {
    name: 'sysprobe_flow_sent_bytes',
    otlp: { name: 'sysprobe.network.flow.bytes', unit: 'By' },
    type: 'counter',
    help: 'Payload bytes that this side sent.',
    points: [
      { labels: [{ name: 'process', attribute: 'process.executable.name', value: 'curl' }], value: 7 },
    ],
  },
];

it('writes the text format of Prometheus', async () => {
  const { contentType, body } = await renderMetrics('text/plain', {
    telemetry: TELEMETRY,
    families: FAMILIES,
    constant: CONSTANT,
  });
  expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  await expect(body).toMatchFileSnapshot('./prometheus.golden.txt');
});

it('writes OpenMetrics, with its end', async () => {
  const { contentType, body } = await renderMetrics('application/openmetrics-text', {
    telemetry: TELEMETRY,
    families: FAMILIES,
    constant: CONSTANT,
  });
  expect(contentType).toContain('application/openmetrics-text');
  expect(body).toMatch(/\nsysprobe_agent_events_lost_total 3\n/);
  expect(body).toContain('# TYPE sysprobe_flow_sent_bytes counter\n');
  expect(body).toContain('\nsysprobe_flow_sent_bytes_total{process="curl",env="prod"} 7\n');
  expect(body.match(/# EOF\n/g)).toHaveLength(1);
  expect(body.endsWith('# EOF\n')).toBe(true);
});
