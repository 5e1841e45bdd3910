import { once } from 'node:events';
import { statSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { setImmediate } from 'node:timers/promises';
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

/** In a program of its own: this one reads without a pause. */
function named(count: number): Promise<string> {
  const name = `sp-vanish-${process.pid}-$number`;
  const lines = `for number in $(seq ${count}); do ip netns add ${name} && ip netns delete ${name}; done`;
  return command('sh', ['-c', lines]);
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
    // Where there is little to read, nothing above yields, and the end of the churn would not be heard.
    await setImmediate();
  }
  await churn;
  expect(met.size).toBeGreaterThan(1);
});
