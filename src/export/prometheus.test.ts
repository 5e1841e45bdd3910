import { expect, it } from 'vitest';
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
  process: { cpuSeconds: 1.5, residentBytes: 80_000_000 },
};

it('writes the text format of Prometheus', async () => {
  const { contentType, body } = await renderMetrics('text/plain', TELEMETRY);
  expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  await expect(body).toMatchFileSnapshot('./prometheus.golden.txt');
});

it('writes OpenMetrics, with its end', async () => {
  const { contentType, body } = await renderMetrics('application/openmetrics-text', TELEMETRY);
  expect(contentType).toContain('application/openmetrics-text');
  expect(body).toMatch(/\nsysprobe_agent_events_lost_total 3\n/);
  expect(body.endsWith('# EOF\n')).toBe(true);
});
