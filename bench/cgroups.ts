import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadNative } from '../src/probe/native.ts';
import { readCgroupMounts } from '../src/probe/owners/cgroup-mounts.ts';
import { type Benchmark, spread } from './figures.ts';

const ROUNDS = 15;
const CGROUPS = 200;

/** What a container costs more because its cgroup is reported when it is made and when it is removed. */
export const cgroups: Benchmark = {
  name: 'cgroups',
  async run() {
    const parent = join(readCgroupMounts('/proc').unified ?? '', `sysprobe-bench-${process.pid}`);
    const object = new (loadNative().BpfObject)(readFileSync('bpf/cgroup.bpf.o'), 'cgroup');
    mkdirSync(parent);
    try {
      object.load();
      object.enableRunStats();
      object.openRing('events', () => undefined);
      const alone = Array.from({ length: ROUNDS }, () => makeAndRemove(parent));
      object.attach('cgroup_made');
      object.attach('cgroup_removed');
      const runTime = () => object.programs().reduce((sum, { runTimeNs }) => sum + runTimeNs, 0);
      const buffer = new Uint8Array(1 << 20);
      const programs = Array.from({ length: ROUNDS }, () => {
        const before = runTime();
        makeAndRemove(parent);
        while (object.drain('events', buffer) > 0);
        return (runTime() - before) / CGROUPS;
      });
      const how = `${ROUNDS} rounds of ${CGROUPS} cgroups, made and removed`;
      return [
        {
          what: 'kernel time to report a cgroup, made and removed',
          figure: `${spread(programs, 0)} ns`,
          how: `run statistics of both programs, ${how}`,
        },
        { what: 'the same cgroup without the probe', figure: `${spread(alone, 0)} µs`, how },
      ];
    } finally {
      object.close();
      rmdirSync(parent);
    }
  },
};

/** Microseconds for each. */
function makeAndRemove(parent: string): number {
  const started = performance.now();
  for (let number = 0; number < CGROUPS; number++) {
    const folder = join(parent, `cri-containerd-${'c0de'.repeat(16)}.scope`);
    mkdirSync(folder);
    rmdirSync(folder);
  }
  return ((performance.now() - started) / CGROUPS) * 1000;
}
