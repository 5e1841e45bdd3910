import { mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Container, newContainer } from '../src/probe/containers/container.ts';
import { parseCgroupMounts, parseControllers } from '../src/probe/owners/cgroup-mounts.ts';
import { CgroupLayout } from '../src/probe/saturation/cgroup-layout.ts';
import { SaturationSampler } from '../src/probe/saturation/sampler.ts';
import { type Benchmark, median, spread } from './figures.ts';

const CONTAINERS = 500;
const ROUNDS = 15;

/** What it costs to read how much each of many containers uses and waits for. */
export const saturation: Benchmark = {
  name: 'saturation',
  async run() {
    const parent = `/sysprobe-bench-${process.pid}`;
    const folders = hierarchies().map((point) => join(point, parent));
    const containers = Array.from({ length: CONTAINERS }, (_, i): Container => {
      const id = i.toString(16).padStart(64, '0');
      return newContainer({ id }, { cgroup: { id: i, path: `${parent}/${id}` }, createdNs: 1 });
    });
    for (const folder of folders) {
      mkdirSync(folder);
      for (const { identity } of containers) mkdirSync(join(folder, identity.id));
    }
    try {
      const bootNs = () => performance.now() * 1e6;
      const layout = new CgroupLayout('/proc');
      const sampler = new SaturationSampler({ layout, procRoot: '/proc', bootNs });
      const before = process.memoryUsage();
      await sampler.round(containers);
      const files = sampler.counters.files;
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const { user, system } = process.cpuUsage();
        await sampler.round(containers);
        const after = process.cpuUsage();
        times.push((after.user - user + after.system - system) / 1000);
      }
      const { heapUsed } = process.memoryUsage();
      const how = `${ROUNDS} rounds over ${CONTAINERS} cgroups (${layout.version}), ${files} files in the first`;
      return [
        { what: 'processor time to sample 500 containers', figure: `${spread(times, 1)} ms`, how },
        {
          what: 'of one CPU, at the default interval of 10 s',
          figure: `${(median(times) / 100).toFixed(2)} %`,
          how: 'the median of that',
        },
        {
          what: 'memory kept for the samples of a container',
          figure: `${((heapUsed - before.heapUsed) / CONTAINERS / 1024).toFixed(1)} KiB`,
          how: 'growth of the heap over all rounds',
        },
      ];
    } finally {
      for (const folder of folders) {
        for (const name of readdirSync(folder)) if (name.length === 64) rmdirSync(join(folder, name));
        rmdirSync(folder);
      }
    }
  },
};

/** Mount points of all that a container has a cgroup in. */
function hierarchies(): string[] {
  const mountinfo = readFileSync('/proc/self/mountinfo', 'utf8');
  const { unified } = parseCgroupMounts(mountinfo, '/sys/fs/cgroup');
  const controllers = parseControllers(mountinfo, '/sys/fs/cgroup');
  const v1 = ['cpu', 'cpuacct', 'memory', 'blkio', 'pids'].flatMap((name) => controllers.get(name) ?? []);
  return [...new Set([...(unified === undefined ? [] : [unified]), ...v1])];
}
