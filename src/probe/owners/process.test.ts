import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NS_PER_TICK } from './proc-files.ts';
import { ProcessTable, readProcess, readStatus } from './process.ts';

const id = 'c0de'.repeat(16);

describe('a real process', () => {
  let child: ChildProcess;
  let comm: string;

  beforeEach(async () => {
    const script = 'process.stdin.resume(); console.log(fs.readFileSync("/proc/self/comm", "utf8"))';
    child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (child.stdout !== null) comm = String(await once(child.stdout, 'data')).trim();
  });
  afterEach(() => end(child));

  it('is read with its executable', () => {
    const read = readProcess('/proc', child.pid ?? 0);
    expect(read).toMatchObject({ pid: child.pid, comm, exe: process.execPath });
    expect(read?.startTicks).toBeGreaterThan(0);
    expect(readStatus('/proc', child.pid ?? 0)?.uid).toBe(process.getuid?.());
  });

  it('is gone after its end', async () => {
    await end(child);
    expect(readProcess('/proc', child.pid ?? 0)).toBeUndefined();
    expect(readStatus('/proc', child.pid ?? 0)).toBeUndefined();
  });

  it('is still known shortly after its end, and forgotten later', async () => {
    let clock = 0;
    const table = new ProcessTable({ procRoot: '/proc', now: () => clock });
    const seen = table.get(child.pid ?? 0);
    await end(child);
    clock = 2000;
    expect(table.get(child.pid ?? 0)).toBe(seen);
    clock = 60_000;
    expect(table.get(child.pid ?? 0)).toBeUndefined();
    expect(table.counters).toMatchObject({ reads: 3, vanished: 2 });
  });
});

it('every process of this machine can be read, or is gone', () => {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const read = readProcess('/proc', Number(name));
    expect(read === undefined || read.pid === Number(name)).toBe(true);
  }
});

/** Files as the kernel writes them, so that a pid can be used twice at will. */
describe('recorded processes', () => {
  let procRoot: string;
  let clock: number;

  beforeEach(() => {
    procRoot = mkdtempSync(join(tmpdir(), 'proc-'));
    clock = 0;
  });
  afterEach(() => rmSync(procRoot, { recursive: true }));

  function record(pid: number, { exe = '/bin/app', startTicks = 100, cgroup = '0::/\n' } = {}): void {
    const directory = join(procRoot, String(pid));
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory);
    writeFileSync(join(directory, 'stat'), `${pid} (app) S 1${' 0'.repeat(17)} ${startTicks} 0\n`);
    writeFileSync(join(directory, 'cgroup'), cgroup);
    symlinkSync(exe, join(directory, 'exe'));
  }

  const table = (limits: { maxProcesses?: number; maxReadsPerSecond?: number } = {}) =>
    new ProcessTable({ procRoot, now: () => clock, ...limits });

  it('takes the container from a v1 hierarchy when the unified one names none', () => {
    record(7, { cgroup: `4:memory:/docker/${id}\n1:name=systemd:/docker/${id}\n0::/\n` });
    expect(readProcess(procRoot, 7)).toMatchObject({
      unifiedPath: '/',
      container: { id, runtime: 'docker' },
    });
  });

  it('reads a process once for many events', () => {
    record(7);
    const processes = table();
    for (let event = 0; event < 10_000; event++) expect(processes.get(7)?.exe).toBe('/bin/app');
    expect(processes.counters).toMatchObject({ processes: 1, reads: 1 });
  });

  it('looks once for a pid that is not there', () => {
    const processes = table();
    for (let event = 0; event < 10_000; event++) expect(processes.get(7)).toBeUndefined();
    expect(processes.counters).toMatchObject({ reads: 1, vanished: 1 });
  });

  it('notices an exec', () => {
    record(7, { exe: '/bin/sh' });
    const processes = table();
    expect(processes.get(7)?.exe).toBe('/bin/sh');
    record(7, { exe: '/bin/app' });
    clock = 1000;
    expect(processes.get(7)?.exe).toBe('/bin/app');
  });

  it('does not take a younger process for the one that made the event', () => {
    record(7, { startTicks: 200 });
    const processes = table();
    expect(processes.get(7, 199 * NS_PER_TICK)).toBeUndefined();
    expect(processes.get(7, 200 * NS_PER_TICK + 1)?.exe).toBe('/bin/app');
    expect(processes.counters.reused).toBe(1);
  });

  it('reads no more in a second than it may', () => {
    for (const pid of [1, 2, 3]) record(pid);
    const processes = table({ maxReadsPerSecond: 2 });
    expect([1, 2, 3].map((pid) => processes.get(pid)?.pid)).toEqual([1, 2, undefined]);
    expect(processes.counters.skipped).toBe(1);
    clock = 1000;
    expect(processes.get(3)?.pid).toBe(3);
  });

  it('keeps no more processes than it may', () => {
    for (const pid of [1, 2, 3]) record(pid);
    const processes = table({ maxProcesses: 2 });
    for (const pid of [1, 2, 3]) processes.get(pid);
    expect(processes.counters).toMatchObject({ processes: 2, evicted: 1 });
  });

  it('knows no process 0', () => {
    const processes = table();
    expect(processes.get(0)).toBeUndefined();
    expect(processes.counters.reads).toBe(0);
  });
});

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
