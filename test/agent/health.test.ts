import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../live/ports.ts';
import { runAgent, socketPath, TestProbe, until } from './harness.ts';

it('answers the probes of the kubelet on a port of their own, and nothing else there', async () => {
  const socket = socketPath();
  const probe = new TestProbe(socket);
  const healthPort = freePort();
  await runAgent(socket, { config: { healthPort } });
  const ask = (path: string) => fetch(`http://127.0.0.1:${healthPort}${path}`);
  const health = await ask('/health');
  expect([health.status, await health.json()]).toEqual([200, { healthy: true }]);
  const early = await ask('/ready');
  expect([early.status, await early.json()]).toEqual([503, { ready: false, reason: expect.any(String) }]);
  await probe.start();
  await until(
    async () => (await ask('/ready')).status,
    (status) => status === 200,
  );
  for (const path of ['/', '/metrics', '/api/v1/flows', '/api/v1/status']) {
    expect((await ask(path)).status, path).toBe(404);
  }
  expect((await fetch(`http://127.0.0.1:${healthPort}/health`, { method: 'POST' })).status).toBe(405);
});

it('answers them at any address of the node, by any name', async () => {
  const healthPort = freePort();
  await runAgent(socketPath(), { config: { healthPort } });
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const reachable = addresses.filter(({ family }) => family === 'IPv4').map(({ address }) => address);
  for (const address of reachable) {
    expect((await fetch(`http://${address}:${healthPort}/health`)).status, address).toBe(200);
  }
});

it('does not start when the port for them is taken', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, resolve));
  onTestFinished(() => {
    other.close();
  });
  const { port } = other.address() as { port: number };
  await expect(runAgent(socketPath(), { config: { healthPort: port } })).rejects.toThrow('--health-port');
});
