import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Translation } from '../../src/probe/nat/translation.ts';
import type { TranslatorStatus } from '../../src/probe/nat/translator.ts';
import { loadNative } from '../../src/probe/native.ts';
import { fill } from './raw-conntrack.ts';

interface Outcome {
  translation?: Translation;
  status: TranslatorStatus;
  lookups: number;
  errors: number;
}

interface Child {
  pid: number;
  lookUp(number: number): Promise<Outcome>;
}

const name = `sp-nat-caps-${process.pid}`;
const netns = `/run/netns/${name}`;
const found = { dest: { ip: '10.3.0.1', port: 5353 } };
const children: ChildProcess[] = [];

beforeAll(() => {
  execFileSync('ip', ['netns', 'add', name]);
  const conntrack = new (loadNative().Conntrack)(netns);
  fill(conntrack, 0, 10);
  conntrack.close();
});

afterAll(() => {
  execFileSync('ip', ['netns', 'delete', name]);
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.stdin?.end();
    await once(child, 'exit');
  }
});

/** Starts translator-child.ts behind `command`; `lookUp` looks up a connection there. */
async function start(command: string[] = []): Promise<Child> {
  const script = join(import.meta.dirname, 'translator-child.ts');
  const [file = '', ...args] = [...command, process.execPath, '--import', 'tsx', script, netns];
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout });
  await once(lines, 'line');
  return {
    pid: child.pid ?? 0,
    async lookUp(number) {
      child.stdin.write(`${number}\n`);
      const [line] = await once(lines, 'line');
      return JSON.parse(line);
    },
  };
}

const without = (capability: string) => [
  'setpriv',
  `--bounding-set=-${capability}`,
  `--inh-caps=-${capability}`,
  '--',
];

test('with every capability it is on', async () => {
  expect(await (await start()).lookUp(1)).toEqual({
    translation: found,
    status: { state: 'on' },
    lookups: 1,
    errors: 0,
  });
});

test('without CAP_NET_ADMIN it is off and says what is missing', async () => {
  const outcome = await (await start(without('net_admin'))).lookUp(1);
  expect(outcome).toEqual({
    status: { state: 'off', reason: 'conntrack may not be read: that needs CAP_NET_ADMIN' },
    lookups: 0,
    errors: 0,
  });
});

test('without CAP_SYS_ADMIN it is off and says what is missing', async () => {
  const { status } = await (await start(without('sys_admin'))).lookUp(1);
  expect(status.state).toBe('off');
  expect(status.reason).toMatch(/network namespace .*EPERM.*CAP_SYS_ADMIN/);
});

test('it comes back when what it lacked is there again', async () => {
  const child = await start();
  const limitFiles = (count: number) =>
    execFileSync('prlimit', ['--pid', String(child.pid), `--nofile=${count}:1024`]);
  limitFiles(3);
  expect((await child.lookUp(1)).status).toEqual({
    state: 'off',
    reason: expect.stringContaining('EMFILE'),
  });
  limitFiles(1024);
  expect((await child.lookUp(2)).status).toEqual({ state: 'on' });
  expect((await child.lookUp(3)).translation).toEqual(found);
});
