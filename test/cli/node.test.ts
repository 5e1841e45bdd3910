import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ContainerRecord } from '../../src/wire/container.ts';
import type { DnsRecord } from '../../src/wire/dns.ts';
import type { ProcessRecord } from '../../src/wire/process.ts';
import { buildPrograms, makeFolder, serve, start, sysprobe, type TestServer, until } from './harness.ts';
import { CONTAINERS, LOOKUPS, PROCESSES } from './node.ts';

const folder = makeFolder();
let server: TestServer;

beforeAll(async () => {
  buildPrograms();
  server = await serve({
    socket: join(folder.path, 'probe.sock'),
    dns: LOOKUPS,
    processes: PROCESSES,
    containers: CONTAINERS,
  });
});

afterAll(async () => {
  await server.close();
  folder.dispose();
});

const ask = (command: string, ...args: string[]) => sysprobe([command, '--socket', server.socket, ...args]);

async function records(command: string, ...args: string[]): Promise<{ id: string }[]> {
  const { stdout, stderr, code } = await ask(command, '-o', 'json', ...args);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

test.each<[string, (DnsRecord | ProcessRecord | ContainerRecord)[]]>([
  ['dns', LOOKUPS],
  ['processes', PROCESSES],
  ['containers', CONTAINERS],
])('%s --all has every record as it is', async (command, expected) => {
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  expect((await records(command, '--all')).sort(byId)).toEqual([...expected].sort(byId));
});

test.each<[string, string[], string[]]>([
  ['dns', ['--rcode', 'nxdomain'], ['d.2']],
  ['dns', ['--outcome', 'timeout'], ['d.3']],
  ['dns', ['--slow', '1ms'], ['d.1']],
  ['dns', ['--slow'], []],
  ['dns', ['--server-ip', '10.96.0.0/16', '--not', '--domain', '.example.com'], ['d.2']],
  ['dns', ['-6'], ['d.3']],
  ['dns', ['--last', '1'], ['d.3']],
  ['processes', [], ['p.70', 'p.1', 'p.812']],
  ['processes', ['--parent', '812'], []],
  ['processes', ['--parent', '812', '--all'], ['p.4121', 'p.4122']],
  ['processes', ['--oom'], ['p.4122']],
  ['processes', ['--signal', 'KILL'], ['p.4122']],
  ['processes', ['--exit-code', '6'], ['p.4121']],
  ['processes', ['--container', 'ab12'], ['p.812']],
  ['containers', ['--state', 'exited'], [CONTAINERS[1]?.id ?? '']],
  ['containers', ['--crash-loop', 'false'], [CONTAINERS[0]?.id ?? '']],
  ['containers', ['--container', 'cart'], [CONTAINERS[0]?.id ?? '']],
])('%s %j', async (command, args, expected) => {
  expect((await records(command, ...args)).map(({ id }) => id)).toEqual(expected);
});

describe('forms', () => {
  test('processes and containers are tables, DNS is compact', async () => {
    expect((await ask('processes')).stdout).toMatch(/^STARTED +PID /);
    expect((await ask('containers')).stdout).toMatch(/^CONTAINER +NAME /);
    expect((await ask('dns', '--utc')).stdout).toMatch(/^12:03:11\.000 curl\[4121\] www\.example\.com +A /);
  });

  test('processes as a tree', async () => {
    expect((await ask('processes', '-o', 'tree')).stdout).toMatch(/ \/sbin\/init\n.* └─ nginx -g/);
    const { code, stderr } = await ask('processes', '-o', 'tree', '-f');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'sysprobe: --output tree: cannot be given with --follow\n',
    });
    expect((await ask('dns', '-o', 'tree')).code).toBe(2);
  });

  test('what a process chose does not reach the terminal as it is', async () => {
    const { stdout } = await ask('processes', '--all', '-o', 'wide');
    expect(stdout).toContain('http://example.com/\\u001b[2J');
  });
});

test('each kind is followed by itself', async () => {
  const runs = ['dns', 'processes', 'containers'].map((command) =>
    start([command, '-f', '--utc', '--socket', server.socket]),
  );
  await until(() => server.events.readers.size === 3, 'three streams');
  const [lookup, , container] = [LOOKUPS[2], undefined, CONTAINERS[1]];
  const process = PROCESSES[3];
  if (!lookup || !container || !process) throw new Error('no records');
  server.tell('dns', lookup);
  server.tell('process.started', { ...process, state: 'running' });
  server.tell('oom', { ...process, state: 'running' });
  server.tell('process.exited', process);
  server.tell('container.stopped', container);
  await until(() => runs.every((run) => run.stdout() !== ''), 'their lines');
  await until(() => (runs[1]?.stdout().split('\n').length ?? 0) > 3, 'three lines of processes');
  for (const { child } of runs) child.kill('SIGINT');
  expect(await Promise.all(runs.map(({ ended }) => ended))).toEqual([130, 130, 130]);
  const [dns = '', processes = '', containers = ''] = runs.map((run) => run.stdout());
  expect(dns).toMatch(/^12:03:13\.000 - gone.* TXT -> \[2001:db8::53\]:53 timeout /);
  expect(processes.match(/started|oom|exited SIGKILL oom/g)).toEqual([
    'started',
    'oom',
    'exited SIGKILL oom',
  ]);
  expect(containers).toMatch(/^12:00:05\.000 exited SIGKILL oom worker 77c0ffee77c0 /);
});
