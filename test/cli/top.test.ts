import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/lib/package-root.ts';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { buildPrograms, makeFolder, serve, sysprobe, type TestServer } from './harness.ts';
import { CONTAINERS } from './node.ts';
import { openPane, type Pane } from './tmux.ts';

const folder = makeFolder();
let server: TestServer;
let pane: Pane | undefined;
let count = 0;

beforeAll(buildPrograms);
beforeEach(async () => {
  server = await serve({
    socket: join(folder.path, `${count++}.sock`),
    flows: [flow('curl', 1), flow('nginx', 2), { ...flow('nginx', 3), container: { id: CART } }],
    containers: CONTAINERS,
  });
});
afterEach(async () => {
  pane?.close();
  pane = undefined;
  await server.close();
});
afterAll(() => folder.dispose());

const CART = CONTAINERS[0]?.id ?? '';

/** Whether lines are edited and shown as they are typed, as in every shell. */
const TERMINAL_STATE = 'stty -a | grep -oE -- " -?(icanon|echo) "';

function now(): string {
  return `${new Date().toISOString().slice(0, -1)}000000Z`;
}

function flow(comm: string, pid: number, more: Partial<FlowRecord> = {}): FlowRecord {
  return {
    id: `f.${pid}`,
    protocol: 'tcp',
    family: 'ipv4',
    source: { ip: '10.0.0.1', port: 40_000 + pid },
    dest: { ip: '10.0.0.2', port: 80 },
    process: { pid, comm },
    state: 'established',
    openedAt: now(),
    lastSeenAt: now(),
    sent: { bytes: 0, packets: 0 },
    received: { bytes: 0, packets: 0 },
    ...more,
  };
}

/** Started in a terminal; what it draws can be read. */
async function open(...args: string[]): Promise<Pane> {
  pane = openPane();
  const command = [process.execPath, join(packageRoot, 'dist/sysprobe.js'), 'top', '--socket', server.socket];
  pane.type(['clear;', ...command, '-d', '200ms', ...args, '; echo "ended with $?"'].join(' '));
  await pane.shows(/^sysprobe top .*\n(.*\n)*CONTAINER|PROCESS/);
  return pane;
}

const names = (shown: Pane) =>
  shown
    .lines()
    .slice(4)
    .map((line) => line.split(' ')[0])
    .filter((name) => name !== '');

describe('in a terminal', () => {
  test('what changes is drawn in its place', async () => {
    const shown = await open('--by', 'process', '--sort', 'received');
    await shown.shows(/3 open, 3 opened and 0 failed in 1m00s/);
    server.tell('flow.updated', flow('nginx', 2, { received: { bytes: 4_000_000, packets: 9 } }));
    await shown.shows(/\nPROCESS .*\nnginx\[2\] .*M\/s/);
    server.tell('flow.closed', flow('curl', 1, { state: 'closed', closedAt: now(), failure: 'reset' }));
    await shown.shows(/2 open, 3 opened and 1 failed/);
    expect(shown.text().match(/sysprobe top/g)).toHaveLength(1);
  });

  test('keys change what a line stands for, the order, and hold the picture', async () => {
    const shown = await open();
    await shown.shows(/\nshop\/cart-5d9f\/cart .* 250m +64M\n/);
    expect(names(shown)).toContain('host');
    shown.press('p');
    await shown.shows(/by process, sorted by rate/);
    shown.press('<', 'r');
    await shown.shows(/by process, sorted by name, reversed/);
    expect(names(shown)).toEqual(['nginx[3]', 'nginx[2]', 'curl[1]']);
    shown.press('Space');
    await shown.shows(/PAUSED/);
    server.tell('flow.opened', flow('new', 9));
    shown.press('h');
    await shown.shows(/ {2}q +quit/);
    shown.press('h', 'r');
    await shown.shows(/sorted by name {2}PAUSED/);
    expect(names(shown)).not.toContain('new[9]');
    shown.press('Space');
    await shown.shows(/\nnew\[9\] /);
  });

  test('it follows the size of the terminal', async () => {
    for (let pid = 10; pid < 60; pid++) server.flows.push(flow('many', pid));
    const shown = await open('--by', 'process', '--sort', 'name');
    shown.resize(60, 12);
    await shown.shows(/^sysprobe top .*…\n(.*\n){3}/);
    expect(shown.lines()).toHaveLength(12);
    expect(names(shown)).toHaveLength(8);
    shown.press('PPage', 'NPage', 'Down');
    await shown.shows(/\nPROCESS.*\nmany\[18\] /);
    shown.resize(130, 40);
    await shown.shows(/ MEMORY\n/);
    expect(names(shown)).toHaveLength(36);
  });

  test('when the server goes away it says so, and goes on with the next', async () => {
    const shown = await open('--by', 'process');
    await server.close();
    await shown.shows(/no such socket|lost the connection/);
    server = await serve({ socket: server.socket, run: 'r2', flows: [flow('later', 5)] });
    await shown.shows(/\nlater\[5\] /);
  });

  test.each([
    ['q', 'q', 0],
    ['Ctrl-C', 'C-c', 130],
  ])('%s ends it, and the terminal is what it was', async (_, key, code) => {
    const shown = await open();
    shown.press(key);
    await shown.shows(new RegExp(`ended with ${code}\n`));
    expect(shown.text()).not.toContain('sysprobe top ');
    shown.type(TERMINAL_STATE);
    await shown.shows(/ icanon\n echo\n/);
  });

  test('stopped, gone on with and ended by a signal it leaves the terminal as it was', async () => {
    const shown = await open();
    shown.press('C-z');
    await shown.shows(/Stopped/);
    shown.type('fg');
    await shown.shows(/^sysprobe top .*\n(.*\n)*CONTAINER/);
    shown.press('C-z');
    await shown.shows(/Stopped/);
    shown.type('kill %1; fg; echo "then $?"');
    await shown.shows(/then 143/);
    shown.type(TERMINAL_STATE);
    await shown.shows(/ icanon\n echo\n/);
  });
});

describe('in a pipe', () => {
  const batch = (...args: string[]) =>
    sysprobe(['top', '--socket', server.socket, '-d', '200ms', '--batch', ...args]);

  test('as many pictures as asked for, with nothing that steers a terminal', async () => {
    const { code, stdout, stderr } = await batch('-n', '2', '--by', 'process', '--sort', 'name');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.match(/^sysprobe top .* by process, sorted by name/gm)).toHaveLength(2);
    expect(stdout).toMatch(/\nPROCESS▽ .*\ncurl\[1\] .*\nnginx\[2\] .*\nnginx\[3\] /);
    expect(stdout).not.toContain('\x1b');
  });

  test('what closed within the window before it was started counts', async () => {
    const ended = { state: 'closed', closedAt: now(), failure: 'refused' } as const;
    const before = { ...ended, closedAt: '2026-01-31T12:00:00.000000000Z' };
    server.flows.push(flow('late', 8, ended), flow('long-ago', 9, before));
    const { stdout } = await batch('-n', '1', '--by', 'process', '--sort', 'failed');
    expect(stdout).toMatch(/\n3 open, 4 opened and 1 failed in 1m00s/);
    expect(stdout).toMatch(/\nPROCESS .*\nlate\[8\] /);
    expect(stdout).not.toContain('long-ago');
  });

  test('filters hold, and the first lines are enough', async () => {
    const { stdout } = await batch('-n', '1', '--by', 'process', '--comm', 'nginx', '--limit', '1');
    expect(stdout).toMatch(/\n2 open, /);
    expect(stdout.trimEnd().split('\n')).toHaveLength(5);
  });

  test.each([
    [['--delay', '1ms'], 2, /Allowed is a time from 100ms/],
    [['--by', 'colour'], 2, /Allowed choices are container, process/],
    [['--pod', 'x'], 2, /--pod: .*needs Kubernetes metadata/],
    [['--socket', '/nowhere.sock'], 3, /no such socket/],
  ])('%j ends with %i', async (args, code, message) => {
    const run = await batch('-n', '1', ...args);
    expect(run).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
  });
});
