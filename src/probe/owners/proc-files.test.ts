import { readFileSync, readlinkSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCgroups, parseExe, parseStat, parseStatus, parseUsage } from './proc-files.ts';

const TAIL = 'S 1 42 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 3141592 0 0 18446744073709551615 0';

describe('stat', () => {
  it('reads comm, parent and start time', () => {
    expect(parseStat(`42 (nginx) ${TAIL}\n`)).toEqual({ comm: 'nginx', parentPid: 1, startTicks: 3141592 });
  });

  it.each(['a) R 1 (b', 'tmux: server', '', '(sd-pam)', 'two\nlines'])('reads the comm %j', (comm) => {
    expect(parseStat(`42 (${comm}) ${TAIL}`)?.comm).toBe(comm);
  });

  it.each(['', '42', '42 (x', '42 (x) S', `42 (x) ${TAIL.replace('3141592', '-1')}`])(
    'refuses %j',
    (text) => {
      expect(parseStat(text)).toBeUndefined();
    },
  );

  it('agrees with the kernel about this process', () => {
    const stat = parseStat(readFileSync('/proc/self/stat', 'utf8'));
    expect(stat?.parentPid).toBe(process.ppid);
    expect(stat?.comm).toBe(readFileSync('/proc/self/comm', 'utf8').trimEnd());
  });
});

describe('use', () => {
  const USED = 'S 1 42 42 0 -1 4194560 1 0 0 0 7 3 0 0 20 0 4 0 3141592 8192 5 18446744073709551615 0';

  it('is read with the rest', () => {
    expect(parseUsage(`42 (nginx) ${USED}\n`)).toEqual({
      comm: 'nginx',
      parentPid: 1,
      startTicks: 3141592,
      isZombie: false,
      isKernelThread: false,
      threads: 4,
      userTicks: 7,
      systemTicks: 3,
      virtualBytes: 8192,
      residentPages: 5,
    });
  });

  it('tells what has ended, and threads of the kernel', () => {
    expect(parseUsage(`42 (x) ${USED.replace('S', 'Z')}`)?.isZombie).toBe(true);
    expect(parseUsage(`2 (kthreadd) ${USED.replace('4194560', '2129984')}`)?.isKernelThread).toBe(true);
  });

  it.each(['', '42 (x) S', `42 (x) ${USED.replace(' 5 ', ' ')}`.slice(0, 60)])('refuses %j', (text) => {
    expect(parseUsage(text)).toBeUndefined();
  });
});

describe('status', () => {
  it('reads the user and the innermost pid', () => {
    const text = 'Name:\tx\nPid:\t4242\nUid:\t1000\t0\t0\t0\nGid:\t5\t5\t5\t5\nNSpid:\t4242\t37\t1\n';
    expect(parseStatus(text)).toEqual({ uid: 1000, namespacePid: 1 });
  });

  it('reads that of this process', () => {
    const status = parseStatus(readFileSync('/proc/self/status', 'utf8'));
    expect(status).toEqual({ uid: process.getuid?.(), namespacePid: process.pid });
  });

  it('refuses what is not a status file', () => {
    expect(parseStatus('Name:\tx\nUid:\tnobody\n')).toBeUndefined();
  });
});

describe('cgroups', () => {
  it('reads the unified hierarchy', () => {
    expect(parseCgroups('0::/system.slice/a:b.service\n')).toEqual({
      unified: '/system.slice/a:b.service',
      paths: ['/system.slice/a:b.service'],
    });
  });

  it('puts the hierarchies that name a container first', () => {
    const text = '12:pids:/p\n5:cpu,cpuacct:/c\n4:devices,memory:/m\n1:name=systemd:/s\n0::/\n';
    expect(parseCgroups(text)).toEqual({ unified: '/', paths: ['/', '/s', '/m', '/p'] });
  });

  it('reads a host that has only v1', () => {
    expect(parseCgroups('4:memory:/docker/x\n1:name=systemd:/docker/x\n')).toEqual({
      paths: ['/docker/x', '/docker/x'],
    });
  });

  it('drops the mark of a removed cgroup', () => {
    expect(parseCgroups('0::/docker/x (deleted)\n').unified).toBe('/docker/x');
  });
});

it('drops the mark of a replaced executable', () => {
  expect(parseExe('/usr/bin/node (deleted)')).toBe('/usr/bin/node');
  expect(parseExe(readlinkSync('/proc/self/exe'))).toBe(process.execPath);
});

it('never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
      parseStat(text);
      parseUsage(text);
      parseStatus(text);
      parseCgroups(text);
      parseExe(text);
    }),
  );
});
