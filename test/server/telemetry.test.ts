import { describe, expect, test } from 'vitest';
import type { DnsStatus } from '../../src/wire/status.ts';
import { curl, flow, MadeUpProbe, open, serve } from './harness.ts';

describe('/v1/status', () => {
  test('tells what is on, how full it is, who reads and what was lost', async () => {
    const { probe, socketPath } = await serve();
    await open(socketPath, '/v1/flows?follow=true', 'application/cbor-seq');
    const { headers, body } = await curl(socketPath, '/v1/status');
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(body)).toEqual({
      ...probe.status(),
      readers: [{ id: expect.any(Number), form: 'application/cbor-seq', position: 0, lag: 0, lost: 0 }],
    });
  });

  test('shows a reader that falls behind', async () => {
    const { probe, socketPath } = await serve(new MadeUpProbe({ maxEvents: 100 }));
    const stream = await open(socketPath, '/v1/flows?follow=true', '*/*');
    stream.pause();
    probe.close(1, 50_000);
    const [reader] = JSON.parse((await curl(socketPath, '/v1/status')).body).readers;
    expect(reader.lag + reader.lost).toBeGreaterThan(0);
  });
});

describe('/metrics', () => {
  test('is OpenMetrics, or the older text format for who asks for that', async () => {
    const { socketPath } = await serve();
    const openMetrics = await curl(socketPath, '/metrics');
    expect(openMetrics.headers['content-type']).toMatch(/^application\/openmetrics-text; version=1.0.0/);
    expect(openMetrics.body).toMatch(/\n# EOF\n$/);
    const text = await curl(socketPath, '/metrics', '-H', 'Accept: text/plain;version=0.0.4');
    expect(text.headers['content-type']).toMatch(/^text\/plain; version=0.0.4/);
  });

  test('declares each family once, before its samples, and repeats no sample', async () => {
    const { socketPath } = await serve();
    const { body } = await curl(socketPath, '/metrics');
    const declared = new Map<string, string>();
    const samples = new Set<string>();
    for (const line of body.split('\n').slice(0, -2)) {
      const [, keyword, family = '', text = ''] = /^# (HELP|TYPE) (\w+) (.+)$/.exec(line) ?? [];
      if (keyword === 'TYPE') {
        expect(declared.has(family)).toBe(false);
        declared.set(family, text);
      }
      if (keyword !== undefined) continue;
      const [, series = '', name = ''] =
        /^((\w+)(?:{\w+="[^"]*"(?:,\w+="[^"]*")*})?) [\d.e+-]+$/.exec(line) ?? [];
      const newest = [...declared].at(-1);
      expect(name).toBe(newest?.[1] === 'counter' ? `${newest[0]}_total` : newest?.[0]);
      expect(samples.has(series)).toBe(false);
      samples.add(series);
    }
    expect(samples.size).toBeGreaterThan(20);
  });

  test('shows the events, the tables, the losses, the programs, the answers and the process', async () => {
    const probe = new MadeUpProbe();
    probe.flowsNow = [flow(1)];
    const { socketPath } = await serve(probe);
    probe.close(1, 3);
    await open(socketPath, '/v1/flows?follow=true', '*/*');
    await curl(socketPath, '/nowhere');
    const { body } = await curl(socketPath, '/metrics');
    for (const line of [
      'sysprobe_build_info{version="0.1.0"} 1',
      'sysprobe_source_state{source="tcp",state="on"} 1',
      'sysprobe_source_state{source="udp",state="off"} 1',
      'sysprobe_source_state{source="udp",state="on"} 0',
      'sysprobe_bpf_program_runs_total{program="on_state"} 7',
      'sysprobe_bpf_program_run_seconds_total{program="on_state"} 0.0000035',
      'sysprobe_bpf_program_skips_total{program="on_state"} 2',
      'sysprobe_table_entries{table="flows"} 1',
      'sysprobe_table_max_entries{table="flows"} 65536',
      'sysprobe_table_evicted_total{table="flows"} 3',
      'sysprobe_lost_total{reason="ringClosed"} 2',
      'sysprobe_events_total{type="flow.closed"} 3',
      'sysprobe_replay_events 3',
      'sysprobe_readers 1',
      'sysprobe_http_answers_total{path="other",code="404"} 1',
    ]) {
      expect(body).toContain(`${line}\n`);
    }
    expect(body).toMatch(/^process_cpu_seconds_total \d/m);
    expect(body).toMatch(/^process_resident_memory_bytes \d{7}/m);
  });

  test('shows the sums of DNS, of the busiest by themselves', async () => {
    const probe = new MadeUpProbe();
    probe.dnsSums = dnsSums;
    const { socketPath } = await serve(probe);
    const { body } = await curl(socketPath, '/metrics');
    for (const line of [
      'sysprobe_dns_transactions_total{outcome="NOERROR"} 7',
      'sysprobe_dns_transactions_total{outcome="timeout"} 2',
      'sysprobe_dns_container_transactions_total{container="c1",outcome="NOERROR"} 3',
      'sysprobe_dns_container_latency_seconds{container="c1",quantile="p99"} 0.0025',
      'sysprobe_dns_domain_transactions_total{domain="shop.test",outcome="timeout"} 1',
      'sysprobe_dns_server_transactions_total{server="10.96.0.10:53",outcome="NOERROR"} 3',
      'sysprobe_dns_type_transactions_total{type="AAAA",outcome="NOERROR"} 3',
      'sysprobe_dns_retries_total 1',
      'sysprobe_dns_searches_total 4',
    ]) {
      expect(body).toContain(`${line}\n`);
    }
    expect(body).not.toContain('~other');
  });
});

const sum = {
  transactions: 4,
  timeouts: 1,
  failed: 1,
  retries: 1,
  searches: 4,
  rcodes: { NOERROR: 3 },
  latencyUs: { p50: 200, p90: 900, p99: 2500 },
};
const dnsSums: DnsStatus = {
  ...{ ...sum, transactions: 9, timeouts: 2, rcodes: { NOERROR: 7 } },
  ...{ pending: 0, lateAnswers: 0, duplicateAnswers: 0, unmatchedAnswers: 0, ignored: 0 },
  containers: [{ name: 'c1', ...sum }],
  domains: [
    { name: 'shop.test', ...sum },
    { name: '~other', ...sum },
  ],
  servers: [{ name: '10.96.0.10:53', ...sum }],
  types: [{ name: 'AAAA', ...sum }],
};
