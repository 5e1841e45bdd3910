import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { DnsRecord } from '../../src/wire/dns.ts';
import { CODECS } from '../../src/wire/kinds.ts';
import { closed, localConnection, runAgent, socketPath, TestProbe, until } from '../agent/harness.ts';

/** What Prometheus itself says of the exposition: problems, one a line. */
function promtool(exposition: string): string {
  const { stdout, stderr, status } = spawnSync('promtool', ['check', 'metrics'], {
    input: exposition,
    encoding: 'utf8',
  });
  return status === 0 ? '' : stdout + stderr;
}

async function counted(config: Parameters<typeof runAgent>[1] = {}) {
  const socket = socketPath();
  const probe = await new TestProbe(socket).start();
  const agent = await runAgent(socket, config);
  await until(agent.status, (status) => status.probe.connected);
  const metrics = async () => (await fetch(`${agent.url}/metrics`)).text();
  return { probe, metrics };
}

function lookup(): DnsRecord {
  const askedAt = `${new Date().toISOString().slice(0, -1)}000000Z`;
  return {
    id: 'd1',
    askedAt,
    question: { name: 'x.test', type: 'A' },
    outcome: 'answered',
    rcode: 'NXDOMAIN',
    latencyUs: 800,
  };
}

test('promtool finds nothing wrong with it', async () => {
  const { probe, metrics } = await counted({ config: { tags: ['env:prod', 'a-b:c', 'process:taken'] } });
  const { client, server } = localConnection('a');
  probe.tell('flow.opened', client, server);
  probe.tell(
    'flow.closed',
    closed({ ...client, failure: 'reset', rttUs: 300, connectUs: 90 }),
    closed(server),
  );
  probe.events.append('dns', CODECS.dns.toRow(lookup()));
  probe.events.flush();
  const text = await until(metrics, (text) => text.includes('sysprobe_dns_lookup_seconds_count'));
  expect(promtool(text)).toBe('');
  const labels = 'process="curl",direction="outgoing",protocol="tcp"';
  const tags = 'env="prod",a_b="c",tag_process="taken"';
  expect(text).toContain(`sysprobe_flow_failures_total{${labels},reason="reset",${tags}} 1\n`);
  expect(text).toContain(`sysprobe_flow_rtt_seconds_bucket{${labels},${tags},le="0.0005"} 1\n`);
  expect(text).toContain(`sysprobe_dns_lookups_total{result="NXDOMAIN",${tags}} 1\n`);
});

test('a scan of ten thousand ports adds no more series than are allowed, and no byte is lost', async () => {
  const config = { metricsLabels: ['peer_ip', 'port'] as const, metricsMaxSeries: 50 };
  const { probe, metrics } = await counted({ config });
  for (let port = 1; port <= 10_000; port++) {
    probe.tell('flow.closed', closed(localConnection(`s${port}`, { port, sent: 10 }).client));
  }
  const sent = (text: string) =>
    [...text.matchAll(/^sysprobe_flow_sent_bytes_total\{.*\} (\d+)$/gm)].map(([, bytes]) => Number(bytes));
  const text = await until(metrics, (text) => sent(text).reduce((sum, bytes) => sum + bytes, 0) === 100_000);
  expect(sent(text)).toHaveLength(51);
  expect(text).toContain('sysprobe_flow_sent_bytes_total{peer_ip="~other",port="~other"} 99500\n');
  expect(text).toContain('sysprobe_agent_metric_overflow_total{meter="flows"} 9950\n');
  expect(promtool(text)).toBe('');
});

test('what is gone leaves the metrics', async () => {
  const { probe, metrics } = await counted({ config: { metricsIdleSeconds: 1 } });
  const { client } = localConnection('a');
  probe.tell('flow.opened', client);
  await until(metrics, (text) => text.includes('sysprobe_flows_open{process="curl"'));
  probe.tell('flow.closed', closed(client));
  await until(metrics, (text) => !text.includes('process="curl"'));
});
