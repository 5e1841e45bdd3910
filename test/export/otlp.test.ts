import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AgentOptions } from '../../src/agent/agent.ts';
import { closed, localConnection, runAgent, socketPath, TestProbe, until } from '../agent/harness.ts';
import { makeCertificates } from '../kubernetes/certificates.ts';
import { freePort } from '../live/ports.ts';
import { makeFolder } from '../server/harness.ts';
import { type Behaviour, type Log, type Point, receiver, takes } from './receiver.ts';

type Config = Partial<AgentOptions['config']>;
type Receiver = Awaited<ReturnType<typeof receiver>>;

interface Status {
  exports: {
    name: string;
    sent: number;
    queued: number;
    retries: number;
    dropped: object;
    lastError?: string;
  }[];
  probe: { connected: boolean };
}

/** An agent that sends to `url`, and the probe that it reads. */
async function sending(url: string, config: Config = {}) {
  const socket = socketPath();
  const probe = await new TestProbe(socket).start();
  const agent = await runAgent(socket, { config: { otlpEndpoint: url, otlpIntervalMs: 100, ...config } });
  const status = () => agent.json<Status>('/api/v1/status');
  await until(status, ({ probe }) => probe.connected);
  const sink = async (name: string) => (await status()).exports.find((each) => each.name === name);
  return { probe, agent, sink };
}

async function metricsOf(
  from: Receiver,
  name: string,
  isGood: (points: Point[]) => boolean,
): Promise<Point[]> {
  return until(() => {
    const last = from.received.findLast(({ points }) => points.some((point) => point.name === name));
    return last?.points.filter((point) => point.name === name) ?? [];
  }, isGood);
}

async function logsOf(from: Receiver, count: number): Promise<Log[]> {
  return until(
    () => from.received.flatMap(({ logs }) => logs),
    (logs) => logs.length >= count,
  );
}

function answers(status: number, headers: Record<string, string> = {}, body = ''): Behaviour {
  return (_, response) => response.writeHead(status, headers).end(body);
}

/** Misbehaves until it was asked so often, then takes everything. */
function first(times: number, behaviour: Behaviour): Behaviour {
  return (n, response, request) => (n < times ? behaviour : takes)(n, response, request);
}

const forms = ['http/protobuf', 'http/json'] as const;

describe.each(forms)('as %s', (otlpProtocol) => {
  test.each(['gzip', 'none'] as const)(
    'metrics arrive as they were counted, compression %s',
    async (otlpCompression) => {
      const to = await receiver();
      const { probe } = await sending(to.url, { otlpProtocol, otlpCompression });
      const { client, server } = localConnection('a', { sent: 1_000, received: 5_000_000_000 });
      probe.tell('flow.opened', client, server);
      probe.tell('flow.closed', closed({ ...client, rttUs: 700 }), closed(server));
      const bytes = await metricsOf(to, 'sysprobe.network.flow.bytes', (points) => points.length === 4);
      const sentBy = (process: string, direction: string) =>
        bytes.find(
          ({ attributes }) =>
            attributes['process.executable.name'] === process &&
            attributes['network.io.direction'] === direction,
        );
      expect(sentBy('curl', 'transmit')).toMatchObject({
        kind: 'sum',
        temporality: 2,
        monotonic: true,
        unit: 'By',
        value: 1_000,
      });
      expect(sentBy('curl', 'receive')).toMatchObject({ value: 5_000_000_000 });
      expect(sentBy('nginx', 'transmit')).toMatchObject({
        value: 5_000_000_000,
        attributes: { 'network.transport': 'tcp', 'sysprobe.flow.direction': 'incoming' },
      });
      const [rtt] = await metricsOf(to, 'sysprobe.network.flow.rtt', (points) => points.length > 0);
      expect(rtt).toMatchObject({
        kind: 'histogram',
        unit: 's',
        value: 1,
        buckets: [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      });
      expect(BigInt(rtt?.timeNs ?? 0) >= BigInt(rtt?.startNs ?? 0)).toBe(true);
      expect(to.errors).toEqual([]);
      expect(to.received[0]?.headers['content-encoding']).toBe(
        otlpCompression === 'gzip' ? 'gzip' : undefined,
      );
    },
  );

  test('events arrive as logs with the names of the conventions', async () => {
    const to = await receiver();
    const { probe } = await sending(to.url, {
      otlpProtocol,
      otlpLogs: ['flow.closed'],
      otlpHeaders: new Map([['api-key', 'secret']]),
      tags: ['env:prod', 'lonely'],
      nodeName: 'node-7',
    });
    const { client } = localConnection('a', { sent: 10, received: 20 });
    probe.tell('flow.opened', client);
    probe.tell('flow.closed', closed({ ...client, failure: 'reset', errno: 104 }));
    const [log, ...others] = await logsOf(to, 1);
    expect(others).toEqual([]);
    expect(log).toMatchObject({
      eventName: 'sysprobe.flow.closed',
      severity: 'WARN',
      body: `tcp 10.0.0.1:${client.source.port} -> 10.0.0.2:80 reset`,
      attributes: {
        'source.address': '10.0.0.1',
        'server.port': 80,
        'network.transport': 'tcp',
        'error.type': 'reset',
        'process.pid': 100,
        'process.executable.name': 'curl',
        'sysprobe.flow.received.bytes': 20,
      },
    });
    const request = to.received.find(({ logs }) => logs.length > 0);
    expect(request).toMatchObject({
      path: '/v1/logs',
      headers: { 'api-key': 'secret' },
      resource: { 'service.name': 'sysprobe', 'host.name': 'node-7', env: 'prod', lonely: '' },
    });
  });

  test('what the receiver could not use is counted', async () => {
    const refused = { partialSuccess: { rejectedLogRecords: '2', errorMessage: 'too old' } };
    const body = otlpProtocol === 'http/json' ? JSON.stringify(refused) : '\x0a\x0b\x08\x02\x12\x07too old';
    const to = await receiver(answers(200, {}, body));
    const { probe, sink } = await sending(to.url, {
      otlpProtocol,
      otlpLogs: ['flow.opened'],
      otlpIntervalMs: 3_600_000,
    });
    for (const id of ['a', 'b', 'c']) probe.tell('flow.opened', localConnection(id).client);
    const status = await until(
      () => sink('otlp-logs'),
      (each) => each?.sent === 1,
    );
    expect(status).toMatchObject({ dropped: { rejected: 2 }, lastError: 'too old' });
  });
});

describe('a receiver that', () => {
  test.each<[string, Behaviour, RegExp]>([
    ['is overloaded', answers(429, { 'retry-after': '0' }, 'slow down'), /answered 429: slow down/],
    ['is away', answers(503), /answered 503/],
    ['hangs up', (_, __, request) => request.socket.destroy(), /socket hang up|ECONNRESET/],
  ])('%s for a while gets everything later', async (_, behaviour) => {
    const to = await receiver(first(2, behaviour));
    const { probe, sink } = await sending(to.url, { otlpLogs: ['flow.opened'], otlpIntervalMs: 3_600_000 });
    probe.tell('flow.opened', localConnection('a').client);
    const status = await until(
      () => sink('otlp-logs'),
      (each) => each?.sent === 1,
    );
    expect(status).toMatchObject({ retries: 2, dropped: {}, queued: 0 });
    expect(status).not.toHaveProperty('lastError');
  });

  test.each<[string, Behaviour, Config, RegExp]>([
    ['is overloaded', answers(429, { 'retry-after': '3600' }, 'slow down'), {}, /answered 429: slow down/],
    ['never answers', () => {}, { otlpTimeoutMs: 100 }, /no answer within 0\.1 s/],
  ])('%s for long is told of in the status, and costs nothing else', async (_, behaviour, config, error) => {
    const to = await receiver(behaviour);
    const { probe, agent, sink } = await sending(to.url, config);
    probe.tell('flow.opened', localConnection('a').client);
    const status = await until(
      () => sink('otlp-metrics'),
      (each) => each?.lastError !== undefined,
    );
    expect(status?.lastError).toMatch(error);
    expect((await agent.map()).nodes).toHaveLength(2);
  });

  test('asks for time is given it', async () => {
    const to = await receiver(answers(429, { 'retry-after': '3600' }));
    const { probe, sink } = await sending(to.url, { otlpIntervalMs: 20 });
    probe.tell('flow.opened', localConnection('a').client);
    // What waits behind it: the oldest make room.
    const status = await until(
      () => sink('otlp-metrics'),
      (each) => Object.hasOwn(each?.dropped ?? {}, 'overflow'),
    );
    expect(status?.sent).toBe(0);
    expect(to.received).toHaveLength(1);
  });

  test('refuses is not asked again', async () => {
    const to = await receiver(answers(400, {}, 'no such tenant'));
    const { probe, agent, sink } = await sending(to.url, {
      otlpLogs: ['flow.opened'],
      otlpIntervalMs: 3_600_000,
    });
    probe.tell('flow.opened', localConnection('a').client);
    const status = await until(
      () => sink('otlp-logs'),
      (each) => each?.lastError !== undefined,
    );
    expect(status).toMatchObject({ sent: 0, retries: 0, queued: 0, dropped: { refused: 1 } });
    expect(status?.lastError).toMatch(/answered 400: no such tenant/);
    const { sources } = await agent.json<{ sources: object[] }>('/api/v1/status');
    expect(sources).toContainEqual({
      name: 'otlp-logs',
      state: 'degraded',
      reason: status?.lastError,
      programs: [],
    });
  });

  test('is not there yet gets everything once it is', async () => {
    const port = freePort();
    const { probe, sink } = await sending(`http://127.0.0.1:${port}`, {
      otlpLogs: ['flow.opened'],
      otlpIntervalMs: 3_600_000,
    });
    probe.tell('flow.opened', localConnection('a').client);
    const status = await until(
      () => sink('otlp-logs'),
      (each) => each?.lastError !== undefined,
    );
    expect(status?.lastError).toMatch(
      /nothing listens there; start the receiver, or give another otlpEndpoint/,
    );
    const there = await receiver(takes, { port });
    expect(await logsOf(there, 1)).toHaveLength(1);
  });

  test('is nobody that is trusted is sent nothing, and one that is vouched for is', async () => {
    const certificates = makeCertificates();
    const caFile = join(makeFolder(), 'ca.crt');
    writeFileSync(caFile, certificates.ca);
    const to = await receiver(takes, { tls: certificates });
    const stranger = await sending(to.url);
    stranger.probe.tell('flow.opened', localConnection('a').client);
    const status = await until(
      () => stranger.sink('otlp-metrics'),
      (each) => each?.lastError !== undefined,
    );
    expect(status?.lastError).toMatch(
      /nobody who is trusted vouches for its certificate \(\w+\); give otlpCaFile/,
    );
    expect(to.received).toEqual([]);

    const trusting = await sending(to.url, { otlpCaFile: caFile });
    trusting.probe.tell('flow.opened', localConnection('b').client);
    await metricsOf(to, 'sysprobe.network.flow.open', (points) => points.length > 0);
  });
});

test('a stop sends what waits', async () => {
  const to = await receiver();
  const { probe, agent } = await sending(to.url, { otlpIntervalMs: 3_600_000, otlpLogs: ['flow.opened'] });
  probe.tell('flow.opened', localConnection('a').client);
  await until(
    () => agent.json<{ matched: number }>('/api/v1/flows'),
    ({ matched }) => matched === 1,
  );
  await agent.stop();
  expect(to.received.flatMap(({ logs }) => logs)).toHaveLength(1);
  expect(to.received.flatMap(({ points }) => points).map(({ name }) => name)).toContain(
    'sysprobe.network.flow.open',
  );
});

test('what happened before the agent ran is not told again', async () => {
  const socket = socketPath();
  const probe = await new TestProbe(socket).start();
  const { client } = localConnection('old');
  probe.tell('flow.closed', { ...closed(client), closedAt: '2026-01-31T12:00:00.000000000Z' });
  const to = await receiver();
  const agent = await runAgent(socket, { config: { otlpEndpoint: to.url, otlpLogs: ['flow.closed'] } });
  await until(
    () => agent.json<Status>('/api/v1/status'),
    (status) => status.probe.connected,
  );
  probe.tell('flow.closed', closed(localConnection('new').client));
  expect((await logsOf(to, 1)).map(({ attributes }) => attributes['sysprobe.flow.id'])).toEqual([
    'new-client',
  ]);
});

test('what happens after the clock of the agent was set back is told', async () => {
  const socket = socketPath();
  const probe = await new TestProbe(socket).start();
  const to = await receiver();
  let aheadMs = 86_400_000;
  const agent = await runAgent(socket, {
    now: () => Date.now() + aheadMs,
    config: { otlpEndpoint: to.url, otlpIntervalMs: 100, otlpLogs: ['flow.closed'] },
  });
  await until(
    () => agent.json<Status>('/api/v1/status'),
    (status) => status.probe.connected,
  );
  aheadMs = 0;
  probe.tell('flow.opened', localConnection('open').client);
  probe.tell('flow.closed', closed(localConnection('closed').client));
  expect(await logsOf(to, 1)).toHaveLength(1);
  const [opened] = await metricsOf(to, 'sysprobe.network.flow.opened', (points) => points.length > 0);
  expect(Number(opened?.startNs)).toBeLessThanOrEqual(Number(opened?.timeNs));
});
