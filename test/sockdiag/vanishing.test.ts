import { once } from 'node:events';
import { statSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadNative } from '../../src/probe/native.ts';
import { listConnections } from '../../src/probe/sockdiag/dump.ts';
import { findExistingListeners } from '../../src/probe/sockdiag/existing-listeners.ts';
import { listNetns } from '../../src/probe/sockdiag/netns.ts';
import { command } from '../containers/command.ts';

const native = loadNative();
const procRoot = '/proc';
const netns = Number(statSync('/proc/self/ns/net').ino);

let server: Server;

beforeAll(async () => {
  server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => server?.close());

async function named(count: number): Promise<void> {
  for (let number = 0; number < count; number++) {
    const name = `sp-vanish-${process.pid}-${number}`;
    await command('ip', ['netns', 'add', name]);
    await command('ip', ['netns', 'delete', name]);
  }
}

it('namespaces that come and go while they are read cost nothing of the others', async () => {
  const { port } = server.address() as AddressInfo;
  let churning = true;
  const ofProcesses = command('python3', ['test/live/short_lived.py', '--netns', '--count', '100']);
  const churn = Promise.all([ofProcesses, named(30)]).finally(() => {
    churning = false;
  });
  const met = new Set<number>();
  while (churning) {
    const { namespaces } = await listNetns({ procRoot });
    for (const { id } of namespaces) met.add(id);
    const { netnsVisited } = await listConnections({ native, namespaces });
    expect(netnsVisited).toBeGreaterThan(0);
    const { entries } = await findExistingListeners({ native, procRoot });
    expect(entries.find((entry) => entry.port === port && entry.netns === netns)?.pid).toBe(process.pid);
  }
  await churn;
  expect(met.size).toBeGreaterThan(1);
});
