import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OwnerResolver } from './owner.ts';

const id = 'c0de'.repeat(16);
const PID = 7;

/** The two places that a host shows its cgroups in, as files: one host per shape. */
let host: string;
let procRoot: string;
let cgroupRoot: string;
let clock: number;

beforeEach(() => {
  host = mkdtempSync(join(tmpdir(), 'owner-'));
  procRoot = join(host, 'proc');
  cgroupRoot = join(host, 'cgroup');
  mkdirSync(join(procRoot, 'self'), { recursive: true });
  mkdirSync(join(cgroupRoot, 'unified'), { recursive: true });
  clock = 0;
});
afterEach(() => rmSync(host, { recursive: true }));

function mount(...types: ('unified' | 'hybrid' | 'v1')[]): void {
  const lines = types.map((type) => {
    if (type === 'v1') return `35 31 0:32 / ${cgroupRoot}/memory rw - cgroup cgroup rw,memory`;
    return `41 31 0:38 / ${cgroupRoot}${type === 'hybrid' ? '/unified' : ''} rw - cgroup2 cgroup2 rw`;
  });
  writeFileSync(join(procRoot, 'self/mountinfo'), lines.join('\n'));
}

function makeCgroup(path: string): number {
  mkdirSync(join(cgroupRoot, path), { recursive: true });
  return statSync(join(cgroupRoot, path)).ino;
}

function makeProcess(cgroup: string): void {
  mkdirSync(join(procRoot, String(PID)));
  writeFileSync(join(procRoot, String(PID), 'stat'), `${PID} (app) S 1${' 0'.repeat(17)} 100 0\n`);
  writeFileSync(join(procRoot, String(PID), 'cgroup'), cgroup);
  symlinkSync('/bin/app', join(procRoot, String(PID), 'exe'));
}

const resolver = () => new OwnerResolver({ procRoot, cgroupRoot, now: () => clock });

describe('on a cgroup v2 host', () => {
  beforeEach(() => mount('unified'));

  it('tells the executable that is known of a process that is gone', () => {
    const cgroupId = makeCgroup(`docker/${id}`);
    const exeAt = (pid: number, atNs?: number) => (pid === PID && atNs === 5 ? '/bin/gone' : undefined);
    const owners = new OwnerResolver({ procRoot, cgroupRoot, exeAt, now: () => clock });
    expect(owners.resolveOwner({ cgroupId, pid: PID, atNs: 5 }).exe).toBe('/bin/gone');
    expect(owners.resolveOwner({ cgroupId, pid: PID, atNs: 6 })).toEqual({
      container: { id, runtime: 'docker' },
      cgroup: { id: cgroupId, path: `/docker/${id}` },
    });
    expect(owners.counters.processes.reads).toBe(1);
  });

  it('tells container, cgroup and executable', () => {
    const cgroupId = makeCgroup(`system.slice/docker-${id}.scope`);
    makeProcess(`0::/system.slice/docker-${id}.scope\n`);
    expect(resolver().resolveOwner({ cgroupId, pid: PID })).toEqual({
      container: { id, runtime: 'docker' },
      cgroup: { id: cgroupId, path: `/system.slice/docker-${id}.scope` },
      exe: '/bin/app',
    });
  });

  it('tells the container of a socket whose process is not known', () => {
    const cgroupId = makeCgroup(`docker/${id}`);
    expect(resolver().resolveOwner({ cgroupId, pid: 0 })).toEqual({
      container: { id, runtime: 'docker' },
      cgroup: { id: cgroupId, path: `/docker/${id}` },
    });
  });

  it('goes by the cgroup of the socket, not by where the process is now', () => {
    const cgroupId = makeCgroup('system.slice/ssh.service');
    makeProcess(`0::/docker/${id}\n`);
    expect(resolver().resolveOwner({ cgroupId, pid: PID })).toEqual({
      cgroup: { id: cgroupId, path: '/system.slice/ssh.service' },
      exe: '/bin/app',
    });
  });

  it('finds the cgroup of a new container through its process, without a scan', () => {
    const owners = resolver();
    const cgroupId = makeCgroup(`docker/${id}`);
    makeProcess(`0::/docker/${id}\n`);
    expect(owners.resolveOwner({ cgroupId, pid: PID }).cgroup?.path).toBe(`/docker/${id}`);
    expect(owners.counters.cgroups.scans).toBe(1);
  });

  it('falls back on the process for a cgroup that is gone', () => {
    makeProcess(`0::/docker/${id} (deleted)\n`);
    expect(resolver().resolveOwner({ cgroupId: 4e9, pid: PID })).toEqual({
      container: { id, runtime: 'docker' },
      cgroup: { id: 4e9 },
      exe: '/bin/app',
    });
  });

  it('still knows a container after its end', () => {
    const cgroupId = makeCgroup(`docker/${id}`);
    const owners = resolver();
    rmSync(join(cgroupRoot, 'docker'), { recursive: true });
    expect(owners.resolveOwner({ cgroupId, pid: 0 }).container?.id).toBe(id);
  });

  it('leaves out what is not known', () => {
    expect(resolver().resolveOwner({ cgroupId: 0, pid: 0 })).toEqual({});
  });

  it('reads neither tree nor process again for ten thousand events', () => {
    const cgroupId = makeCgroup(`docker/${id}`);
    makeProcess('0::/\n');
    const owners = resolver();
    for (let event = 0; event < 10_000; event++) owners.resolveOwner({ cgroupId, pid: PID });
    for (let event = 0; event < 10_000; event++) owners.resolveOwner({ cgroupId: 4e9 + event, pid: 99 });
    expect(owners.counters).toMatchObject({
      cgroups: { scans: 1, deferred: 10_000 },
      processes: { reads: 2, vanished: 1 },
    });
  });
});

describe('on a hybrid host', () => {
  beforeEach(() => mount('hybrid', 'v1'));

  it('reads the hierarchy at unified/', () => {
    const cgroupId = makeCgroup(`unified/docker/${id}`);
    expect(resolver().resolveOwner({ cgroupId, pid: 0 }).container?.id).toBe(id);
  });

  it('takes the container from v1 when the unified cgroup names none', () => {
    const cgroupId = statSync(join(cgroupRoot, 'unified')).ino;
    makeProcess(`4:memory:/docker/${id}\n1:name=systemd:/docker/${id}\n0::/\n`);
    expect(resolver().resolveOwner({ cgroupId, pid: PID })).toEqual({
      container: { id, runtime: 'docker' },
      cgroup: { id: cgroupId, path: '/' },
      exe: '/bin/app',
    });
  });
});

describe('on a cgroup v1 host', () => {
  beforeEach(() => {
    mount('v1');
    writeFileSync(join(procRoot, 'self/cgroup'), '4:memory:/\n');
  });

  it('tells the container by its memory cgroup', () => {
    const cgroupId = makeCgroup(`memory/docker/${id}`);
    expect(resolver().resolveOwner({ cgroupId, pid: 0 })).toEqual({
      container: { id, runtime: 'docker' },
      cgroup: { id: cgroupId, path: `/docker/${id}` },
    });
  });

  it('takes the container from the process of a socket that has no cgroup', () => {
    makeProcess(`4:memory:/docker/${id}\n`);
    expect(resolver().resolveOwner({ cgroupId: 0, pid: PID })).toEqual({
      container: { id, runtime: 'docker' },
      exe: '/bin/app',
    });
  });
});

it('where no hierarchy is mounted, goes by the process alone', () => {
  mount();
  makeProcess(`0::/docker/${id}\n`);
  const owners = resolver();
  expect(owners.resolveOwner({ cgroupId: 4e9, pid: PID })).toMatchObject({ container: { id } });
  expect(owners.seesWholeHost).toBe(false);
  expect(owners.counters.cgroups.scans).toBe(0);
});

it('sees the whole of this host', () => {
  expect(new OwnerResolver().seesWholeHost).toBe(true);
});
