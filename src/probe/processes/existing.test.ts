import { type ChildProcess, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readCgroupMounts } from '../owners/cgroup-mounts.ts';
import { ProcReader } from './existing.ts';

const mounts = readCgroupMounts('/proc');
const reader = new ProcReader({ procRoot: '/proc', mounts, showArgs: (args) => args });
const children: ChildProcess[] = [];
const folders: string[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A shell that waits for input, with these arguments behind its own; resolves when it runs. */
async function start(...args: string[]): Promise<number> {
  const child = spawn('sh', ['-c', 'echo; read line', ...args], { stdio: ['pipe', 'pipe', 'ignore'] });
  children.push(child);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return child.pid ?? 0;
}

/** A folder that looks like /proc with one process, of which only these files are there. */
function procWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-proc-'));
  folders.push(folder);
  mkdirSync(join(folder, '42'));
  writeFileSync(join(folder, 'cgroups'), readFileSync('/proc/self/cgroup'));
  mkdirSync(join(folder, 'self'));
  symlinkSync('../cgroups', join(folder, 'self/cgroup'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, '42', name), content);
  return folder;
}

const STAT = '42 (app) S 1 42 42 0 -1 4194560 1 0 0 0 7 3 0 0 20 0 1 0 314 8192 5 18446744073709551615 0';
const STATUS = 'Uid:\t1000\t0\t0\t0\nNSpid:\t42\t7\n';

describe('a process', () => {
  it('is read whole', async () => {
    const pid = await start('grün', '');
    expect(reader.read(pid)).toMatchObject({
      facts: {
        pid,
        parentPid: process.pid,
        namespacePid: pid,
        uid: process.getuid?.(),
        comm: 'sh',
        netns: statSync('/proc/self/ns/net').ino,
        cgroupId: reader.read(process.pid)?.facts.cgroupId,
      },
      execution: { exe: readlinkSync(`/proc/${pid}/exe`), args: ['sh', '-c', 'echo; read line', 'grün'] },
    });
  });

  it('with more arguments than are kept says so', async () => {
    const { args = [], argsCut } = reader.args(await start('x'.repeat(100_000)));
    expect({ last: args.at(-1)?.slice(0, 3), argsCut }).toEqual({ last: 'xxx', argsCut: true });
    expect(args.join(' ').length).toBeLessThanOrEqual(4097);
  });

  it('shows of its arguments what may be shown', async () => {
    const pid = await start('secret');
    const shy = new ProcReader({ procRoot: '/proc', mounts, showArgs: (args) => args.slice(0, 1) });
    expect(shy.args(pid).args).toEqual(['sh']);
    const silent = new ProcReader({ procRoot: '/proc', mounts, showArgs: undefined });
    expect(silent.args(pid)).toEqual({ args: undefined, argsCut: false });
  });

  it('that is gone is none', () => {
    expect(reader.read(2 ** 22 + 1)).toBeUndefined();
  });
});

describe('a process that vanishes while it is read', () => {
  const read = (files: Record<string, string>) =>
    new ProcReader({ procRoot: procWith(files), mounts, showArgs: (args) => args }).read(42);

  it('before its identity is known is none', () => {
    expect(read({})).toBeUndefined();
    expect(read({ stat: STAT })).toBeUndefined();
    expect(read({ stat: '', status: '' })).toBeUndefined();
  });

  it('behind that has what was there', () => {
    expect(read({ stat: STAT, status: STATUS })).toEqual({
      facts: {
        pid: 42,
        startedNs: 3_140_000_000,
        parentPid: 1,
        namespacePid: 7,
        uid: 1000,
        comm: 'app',
        netns: 0,
        cgroupId: 0,
      },
      execution: { exe: undefined, args: undefined, argsCut: false },
    });
  });

  it('in a cgroup that cannot be read has none', () => {
    const cgroup = '0::/not/there\n4:memory:/not/there\n';
    expect(read({ stat: STAT, status: STATUS, cgroup })?.facts.cgroupId).toBe(0);
  });

  it('that has ended, or is a thread of the kernel, is none', () => {
    expect(read({ stat: STAT.replace('S', 'Z'), status: STATUS })).toBeUndefined();
    expect(read({ stat: STAT.replace('4194560', '2129984'), status: STATUS })).toBeUndefined();
  });
});
