import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Container, newContainer } from '../containers/container.ts';
import { CgroupLayout } from './cgroup-layout.ts';
import { SaturationSampler } from './sampler.ts';

const PATH = '/pod/c0de';
const NO_STALL =
  'some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n';

/** The two places that a host shows its cgroups in, as files: one host per shape. */
let host: string;
let procRoot: string;
let cgroupRoot: string;
let nowNs: number;

beforeEach(() => {
  host = mkdtempSync(join(tmpdir(), 'saturation-'));
  procRoot = join(host, 'proc');
  cgroupRoot = join(host, 'cgroup');
  nowNs = 1e9;
  write(join(procRoot, 'stat'), 'cpu  100 0 0 0 0 0 0\ncpu0 100 0 0 0 0 0 0\n');
});
afterEach(() => rmSync(host, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function mount(...types: ('unified' | 'hybrid' | 'cpu,cpuacct' | 'memory' | 'pids' | 'blkio')[]): void {
  const lines = types.map((type) => {
    if (type === 'unified') return `1 1 0:1 / ${cgroupRoot} rw - cgroup2 cgroup2 rw`;
    if (type === 'hybrid') return `1 1 0:1 / ${cgroupRoot}/unified rw - cgroup2 cgroup2 rw`;
    return `1 1 0:1 / ${cgroupRoot}/${type} rw - cgroup cgroup rw,${type}`;
  });
  write(join(procRoot, 'self/mountinfo'), lines.join('\n'));
}

/** Files of the container's cgroup, below `hierarchy`. */
function cgroup(hierarchy: string, files: Record<string, string>, path = PATH): void {
  for (const [name, text] of Object.entries(files)) write(join(cgroupRoot, hierarchy, path, name), text);
}

function sampler(): SaturationSampler {
  return new SaturationSampler({
    layout: new CgroupLayout(procRoot, cgroupRoot),
    procRoot,
    bootNs: () => nowNs,
  });
}

function container(pid = 0): Container {
  const made = newContainer({ id: 'c0de' }, { cgroup: { id: 7, path: PATH }, createdNs: 1 });
  made.pid = pid;
  return made;
}

const V2 = {
  'cpu.stat':
    'usage_usec 1000\nuser_usec 600\nsystem_usec 400\nnr_periods 10\nnr_throttled 2\nthrottled_usec 50\n',
  'cpu.max': '50000 100000\n',
  'cpu.pressure': NO_STALL.replace('total=0', 'total=70'),
  'memory.pressure': NO_STALL,
  'io.pressure': NO_STALL,
  'memory.current': '5000\n',
  'memory.stat': 'anon 1\ninactive_file 1000\n',
  'memory.max': '10000\n',
  'memory.events': 'low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\n',
  'io.stat': '8:0 rbytes=1 wbytes=2 rios=3 wios=4\n',
  'pids.current': '5\n',
  'pids.max': 'max\n',
};

const V1 = {
  'cpu.stat': 'nr_periods 10\nnr_throttled 2\nthrottled_time 50000\n',
  'cpu.cfs_quota_us': '50000\n',
  'cpu.cfs_period_us': '100000\n',
  'cpuacct.usage': '1000000\n',
};
const V1_MEMORY = {
  'memory.usage_in_bytes': '5000\n',
  'memory.stat': 'cache 9\ninactive_file 7\ntotal_inactive_file 1000\n',
  'memory.limit_in_bytes': '10000\n',
  'memory.failcnt': '3\n',
  'memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n',
};

const cpu = { usageUs: 1000, periods: 10, throttledPeriods: 2, throttledUs: 50, limitMillicores: 500 };
const memory = { usageBytes: 5000, workingSetBytes: 4000, limitBytes: 10_000, limitHits: 3, oomKills: 1 };

it('reads cgroup v2', async () => {
  mount('unified');
  cgroup('', V2);
  const one = container();
  expect(await sampler().round([one])).toEqual([]);
  expect(one.saturation).toEqual({
    atNs: 1e9,
    cpu: { ...cpu, userUs: 600, systemUs: 400 },
    memory,
    pressure: { cpuUs: 70, memoryUs: 0, memoryFullUs: 0, ioUs: 0, ioFullUs: 0 },
    io: { readBytes: 1, writtenBytes: 2, reads: 3, writes: 4 },
    pids: { count: 5 },
  });
});

it('reads cgroup v1', async () => {
  mount('cpu,cpuacct', 'memory', 'pids', 'blkio');
  cgroup('cpu,cpuacct', V1);
  cgroup('memory', V1_MEMORY);
  cgroup('pids', { 'pids.current': '5\n', 'pids.max': '100\n' });
  cgroup('blkio', {
    'blkio.throttle.io_service_bytes_recursive': '8:0 Read 1\n8:0 Write 2\n',
    'blkio.throttle.io_serviced_recursive': '8:0 Read 3\n8:0 Write 4\n',
  });
  const one = container();
  expect(await sampler().round([one])).toEqual([]);
  expect(one.saturation).toEqual({
    atNs: 1e9,
    cpu,
    memory,
    pressure: {},
    io: { readBytes: 1, writtenBytes: 2, reads: 3, writes: 4 },
    pids: { count: 5, limit: 100 },
  });
});

it('reads of a hybrid host what each hierarchy has', async () => {
  mount('hybrid', 'cpu,cpuacct', 'memory');
  const { 'cpu.pressure': pressure } = V2;
  cgroup('unified', { 'cpu.stat': 'usage_usec 1003\nuser_usec 600\n', 'cpu.pressure': pressure });
  cgroup('cpu,cpuacct', V1);
  cgroup('memory', V1_MEMORY);
  const one = container();
  await sampler().round([one]);
  expect(one.saturation).toMatchObject({
    cpu: { ...cpu, usageUs: 1003, userUs: 600 },
    memory,
    pressure: { cpuUs: 70 },
  });
});

it('finds the cgroup of a controller elsewhere by the process of the container', async () => {
  mount('hybrid', 'memory');
  cgroup('unified', { 'cpu.stat': 'usage_usec 1\n' });
  cgroup('memory', V1_MEMORY, '/other');
  write(join(procRoot, '42/cgroup'), '4:memory:/other\n0::/pod/c0de\n');
  const one = container(42);
  await sampler().round([one]);
  expect(one.saturation?.memory).toEqual(memory);
});

describe('a controller or file that is not there', () => {
  it('leaves its figures out', async () => {
    mount('unified');
    cgroup('', { 'cpu.stat': 'usage_usec 1000\nuser_usec 600\nsystem_usec 400\n' });
    const one = container();
    await sampler().round([one]);
    expect(one.saturation).toEqual({
      atNs: 1e9,
      cpu: { usageUs: 1000, userUs: 600, systemUs: 400 },
      memory: {},
      pressure: {},
      io: {},
      pids: {},
    });
  });

  it('is told from a cgroup that is gone, which keeps its last sample', async () => {
    mount('unified');
    cgroup('', V2);
    const [one, all] = [container(), sampler()];
    await all.round([one]);
    const last = one.saturation;
    rmSync(join(cgroupRoot, PATH), { recursive: true });
    expect(await all.round([one])).toEqual([one]);
    expect(one.saturation).toBe(last);
  });

  it('may hold nonsense', async () => {
    mount('unified');
    cgroup('', Object.fromEntries(Object.keys(V2).map((name) => [name, '\0\xff nonsense -1\n'])));
    const one = container();
    expect(await sampler().round([one])).toEqual([]);
    expect(one.saturation).toMatchObject({ cpu: {}, memory: {} });
  });
});

it('gives rates from what grew since the sample before', async () => {
  mount('unified');
  cgroup('', V2);
  const [one, all] = [container(), sampler()];
  await all.round([one]);
  expect(one.saturation?.cpu.millicores).toBeUndefined();
  nowNs += 2e9;
  cgroup('', {
    'cpu.stat': 'usage_usec 1001000\n',
    'cpu.pressure': NO_STALL.replace('total=0', 'total=200070'),
    'io.pressure': NO_STALL.replace('total=0', 'total=99999999'),
  });
  write(join(procRoot, 'stat'), 'cpu  200 0 0 0 0 0 0\ncpu0 200 0 0 0 0 0 0\n');
  await all.round([one]);
  expect(one.saturation?.cpu.millicores).toBe(500);
  expect(one.saturation?.pressure).toMatchObject({ cpuPermille: 100, memoryPermille: 0, ioPermille: 1000 });
  expect(all.node?.cpu.millicores).toBe(500);
});

it('reads many without keeping the event loop', async () => {
  mount('unified');
  cgroup('', V2);
  let turns = 0;
  const count = setInterval(() => turns++, 0);
  await sampler().round(Array.from({ length: 500 }, () => container()));
  clearInterval(count);
  expect(turns).toBeGreaterThan(5);
});
