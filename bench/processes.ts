import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { loadNative } from '../src/probe/native.ts';
import { type Benchmark, type Figure, spread } from './figures.ts';
import { compareWithProbe } from './with-probe.ts';

const PROGRAMS = ['process_forked', 'process_executed', 'process_exited'];
const ROUNDS = 15;
const PROCESSES = 1000;
/** A shell forks and waits, or forks, executes and waits, as compilations and scripts do. */
const FORKS = 'i=0; while [ $i -lt $0 ]; do (exit 0); i=$((i + 1)); done';
const EXECUTIONS = 'i=0; while [ $i -lt $0 ]; do /bin/true --some --argument=$i; i=$((i + 1)); done';

/** What a process costs more because it is told of, in the kernel and for who makes it. */
export const processes: Benchmark = {
  name: 'processes',
  async run() {
    return [...kernelTime(), ...(await overhead())];
  },
};

function kernelTime(): Figure[] {
  const object = new (loadNative().BpfObject)(readFileSync('bpf/process.bpf.o'), 'process');
  try {
    object.load();
    object.enableRunStats();
    object.openRing('events', () => undefined);
    for (const program of PROGRAMS) object.attach(program);
    const buffer = new Uint8Array(1 << 20);
    const times = new Map(PROGRAMS.map((name) => [name, [] as number[]]));
    for (let round = 0; round < ROUNDS; round++) {
      const before = object.programs();
      run(EXECUTIONS, PROCESSES);
      while (object.drain('events', buffer) > 0);
      for (const { name, runCount, runTimeNs } of object.programs()) {
        const then = before.find((program) => program.name === name);
        if (then === undefined || runCount === then.runCount) continue;
        times.get(name)?.push((runTimeNs - then.runTimeNs) / (runCount - then.runCount));
      }
    }
    const how = `run statistics, ${ROUNDS} rounds of ${PROCESSES} processes that execute /bin/true`;
    return [...times].map(([name, perRun]) => ({
      what: `kernel time of ${name}`,
      figure: `${spread(perRun, 0)} ns`,
      how,
    }));
  } finally {
    object.close();
  }
}

async function overhead(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [what, script, count] of [
    ['forks', FORKS, 5000],
    ['executions', EXECUTIONS, 2000],
  ] as const) {
    const how = `${count} ${what} by a shell`;
    figures.push(await compareWithProbe({ what: `${what} a second`, how, run: () => run(script, count) }));
  }
  return figures;
}

/** Seconds. */
function run(script: string, count: number): number {
  const started = performance.now();
  execFileSync('sh', ['-c', script, String(count)]);
  return (performance.now() - started) / 1000;
}
