import { describe, expect, it } from 'vitest';
import {
  ownerHierarchy,
  parseCgroupMounts,
  parseMemoryHierarchy,
  readCgroupMounts,
} from './cgroup-mounts.ts';

const UNIFIED = `22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
29 22 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate`;

const HYBRID = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw`;

const LEGACY = `31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:3 - cgroup cgroup rw,memory`;

// A pod with its own cgroup namespace and the host's tree bind-mounted beside it.
const POD = `700 690 0:26 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw
701 690 0:26 /../../../.. /host/sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw`;

describe('cgroup mounts', () => {
  it.each([
    ['unified', UNIFIED, '/sys/fs/cgroup', { unified: '/sys/fs/cgroup', memory: undefined, legacy: false }],
    [
      'hybrid',
      HYBRID,
      '/sys/fs/cgroup',
      { unified: '/sys/fs/cgroup/unified', memory: '/sys/fs/cgroup/memory', legacy: true },
    ],
    [
      'v1 only',
      LEGACY,
      '/sys/fs/cgroup',
      { unified: undefined, memory: '/sys/fs/cgroup/memory', legacy: true },
    ],
    [
      'the host tree inside a pod',
      POD,
      '/host/sys/fs/cgroup/',
      { unified: '/host/sys/fs/cgroup', memory: undefined, legacy: false },
    ],
    [
      'nothing there',
      UNIFIED,
      '/host/sys/fs/cgroup',
      { unified: undefined, memory: undefined, legacy: false },
    ],
    ['empty', '', '/sys/fs/cgroup', { unified: undefined, memory: undefined, legacy: false }],
  ])('%s', (_name, mountinfo, root, expected) => {
    expect(parseCgroupMounts(mountinfo, root)).toEqual(expected);
  });

  it('decodes escaped mount points', () => {
    const line = '29 22 0:26 / /mnt/my\\040cgroups rw - cgroup2 cgroup2 rw';
    expect(parseCgroupMounts(line, '/mnt/my cgroups').unified).toBe('/mnt/my cgroups');
  });

  it('finds the hierarchy of this host', () => {
    expect(readCgroupMounts('/proc').unified).toMatch(/^\/sys\/fs\/cgroup/);
  });
});

describe('the hierarchy that tells containers apart', () => {
  const memory = '/sys/fs/cgroup/memory';

  it('is cgroup2, beside v1 and even where nothing is mounted', () => {
    const unified = '/sys/fs/cgroup/unified';
    expect(ownerHierarchy({ unified, memory, legacy: true }, '/proc')).toEqual({
      version: 2,
      id: 0,
      root: unified,
    });
    const nothing = { unified: undefined, memory: undefined, legacy: false };
    expect(ownerHierarchy(nothing, '/proc')).toEqual({ version: 2, id: 0, root: undefined });
  });

  it.each([
    ['alone', '9:name=systemd:/\n4:memory:/docker/abc\n1:cpu:/', 4],
    ['first of several', '11:memory,hugetlb:/', 11],
    ['last of several', '7:cpu,cpuacct:/\n6:pids,memory:/', 6],
    ['in a path only', '5:pids:/memory:/x\n0::/memory', undefined],
    ['absent', '0::/', undefined],
  ])('is that of memory in v1: %s', (_, cgroups, id) => {
    expect(parseMemoryHierarchy(cgroups)).toBe(id);
  });
});
