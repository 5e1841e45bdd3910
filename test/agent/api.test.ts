import { mkdirSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeFolder } from '../server/harness.ts';
import { runAgent, socketPath, TestProbe, until } from './harness.ts';

interface Refusal {
  error: { code: string; message: string; parameter?: string; allowed?: string[] };
}

/** With any Host header, which fetch does not allow. */
const TOKEN = 'a-token-of-sixteen-letters-or-more';

function askAs(url: string, host: string, token?: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { host, ...(token !== undefined && { authorization: `Basic ${btoa(`:${token}`)}` }) };
    get(url, { headers, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).on('error', reject);
  });
}

it.each([
  ['/api/v1/map?group=color', 400, 'SP_QUERY_INVALID', 'group'],
  ['/api/v1/map?colour=red', 400, 'SP_QUERY_INVALID', 'colour'],
  ['/api/v1/map?since=1h', 400, 'SP_QUERY_INVALID', 'since'],
  ['/api/v1/flows?port=many', 400, 'SP_QUERY_INVALID', 'port'],
  ['/api/v1/flows?follow=true&after=yesterday', 400, 'SP_QUERY_INVALID', 'after'],
  ['/api/v1/status?verbose', 400, 'SP_QUERY_INVALID', 'verbose'],
  ['/metrics?all', 400, 'SP_QUERY_INVALID', 'all'],
  ['/api/v1/nothing', 404, 'SP_NOT_FOUND', undefined],
  ['/api/v2/map', 404, 'SP_NOT_FOUND', undefined],
])('refuses %s', async (path, status, code, parameter) => {
  const agent = await runAgent(socketPath());
  const answer = await fetch(`${agent.url}${path}`);
  expect(answer.status).toBe(status);
  const { error } = (await answer.json()) as Refusal;
  expect(error).toMatchObject({ code, ...(parameter !== undefined && { parameter }) });
});

it('refuses a form that it does not have', async () => {
  const agent = await runAgent(socketPath());
  for (const path of ['/api/v1/map', '/api/v1/flows', '/api/v1/status', '/metrics']) {
    const answer = await fetch(`${agent.url}${path}`, { headers: { accept: 'image/png' } });
    expect([path, answer.status]).toEqual([path, 406]);
  }
});

it('is read only', async () => {
  const agent = await runAgent(socketPath());
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    const answer = await fetch(`${agent.url}/api/v1/map`, { method });
    expect([method, answer.status]).toEqual([method, 405]);
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
  }
});

it('answers HEAD without a stream', async () => {
  const agent = await runAgent(socketPath());
  const headers = { accept: 'text/event-stream' };
  const answer = await fetch(`${agent.url}/api/v1/map`, { method: 'HEAD', headers });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  expect((await agent.status()).streams.open).toBe(0);
});

it('answers on loopback only to names of this machine', async () => {
  const agent = await runAgent(socketPath());
  expect(await askAs(`${agent.url}/health`, 'rebound.example')).toBe(403);
  expect(await askAs(`${agent.url}/health`, 'localhost:8080')).toBe(200);
});

it('answers to any name on other addresses, to who has the token', async () => {
  const tokenFile = join(makeFolder(), 'token');
  writeFileSync(tokenFile, TOKEN);
  const agent = await runAgent(socketPath(), { config: { listenHost: '0.0.0.0', tokenFile } });
  expect(await askAs(`${agent.url}/health`, 'node-1.example', TOKEN)).toBe(200);
  expect(await askAs(`${agent.url}/metrics`, 'node-1.example')).toBe(401);
});

it('does not listen where others can reach it without a token', async () => {
  const open = runAgent(socketPath(), { config: { listenHost: '::' } });
  await expect(open).rejects.toThrow(/others can reach ::, so requests must carry a token; .*--token-file/);
});

it('serves the page with headers that keep it to itself', async () => {
  const pageFolder = makeFolder();
  mkdirSync(join(pageFolder, 'assets'));
  writeFileSync(join(pageFolder, 'index.html'), '<!doctype html>');
  writeFileSync(join(pageFolder, 'assets/index-B5Rp3dLk.js'), '');
  const agent = await runAgent(socketPath(), { pageFolder });
  const answer = await fetch(agent.url);
  expect(await answer.text()).toBe('<!doctype html>');
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  const asset = await fetch(`${agent.url}/assets/index-B5Rp3dLk.js`);
  expect(asset.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
});

it('gives no file outside of the page', async () => {
  const pageFolder = makeFolder();
  writeFileSync(join(pageFolder, 'index.html'), '<!doctype html>');
  const agent = await runAgent(socketPath(), { pageFolder });
  const { port, hostname } = new URL(agent.url);
  for (const path of [
    '/../../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/..%2f..%2fetc/passwd',
    '/.\\..\\etc',
  ]) {
    const socket = connect(Number(port), hostname);
    onTestFinished(() => {
      socket.destroy();
    });
    socket.end(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += chunk;
    expect(text).toMatch(/^HTTP\/1.1 40[04]/);
    expect(text).not.toContain('root:');
  }
});

it('is healthy without a probe, and ready with one', async () => {
  const socket = socketPath();
  const agent = await runAgent(socket);
  expect((await fetch(`${agent.url}/health`)).status).toBe(200);
  expect((await fetch(`${agent.url}/ready`)).status).toBe(503);
  const probe = await new TestProbe(socket).start();
  const ready = async () => (await fetch(`${agent.url}/ready`)).status;
  await until(ready, (status) => status === 200);
  await probe.stop();
  await until(ready, (status) => status === 503);
});

it('tells its telemetry in the forms of Prometheus', async () => {
  const socket = socketPath();
  await new TestProbe(socket).start();
  const agent = await runAgent(socket);
  const metrics = (accept: string) => fetch(`${agent.url}/metrics`, { headers: { accept } });
  await until(
    async () => (await metrics('text/plain')).text(),
    (body) => body.includes('\nsysprobe_agent_probe_connected 1\n'),
  );
  const open = await metrics('application/openmetrics-text;version=1.0.0,text/plain;q=0.5');
  expect(open.headers.get('content-type')).toContain('application/openmetrics-text');
});

it('says of itself what sysprobe status shows of a probe', async () => {
  const socket = socketPath();
  const agent = await runAgent(socket);
  const status = await until(
    () => agent.json<Record<string, unknown>>('/api/v1/status'),
    ({ probe }) => (probe as { lastError?: unknown }).lastError !== undefined,
  );
  expect(status).toMatchObject({
    program: 'node-agent',
    sources: [
      { name: 'system-probe', state: 'off', hook: socket, reason: expect.stringContaining(socket) },
      { name: 'kubernetes', state: 'off' },
    ],
    tables: ['flows', 'closedFlows', 'history', 'idleConversations', 'dns', 'processes', 'containers'].map(
      (name) => (name === 'history' ? { name } : { name, used: 0 }),
    ),
    loss: { probeEvents: 0, flowsEvicted: 0, dnsEvicted: 0, processesEvicted: 0, containersEvicted: 0 },
    readers: [],
  });
});
