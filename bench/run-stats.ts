import type { BpfObject } from '../src/probe/native.ts';
import { median } from './figures.ts';

export interface RunTimes {
  /** Of each round. */
  nsPerRun: number[];
  /** Of a round, the median. */
  runs: number;
}

/** By the kernel's own run statistics of all programs of the object, which add 60 to 80 ns to each run. */
export function runTimes(object: BpfObject, rounds: number, action: () => void): RunTimes {
  object.enableRunStats();
  const measured = Array.from({ length: rounds }, () => {
    const before = totals(object);
    action();
    const after = totals(object);
    return { runs: after.runs - before.runs, ns: after.ns - before.ns };
  });
  return {
    nsPerRun: measured.map(({ runs, ns }) => ns / runs),
    runs: median(measured.map(({ runs }) => runs)),
  };
}

function totals(object: BpfObject) {
  const programs = object.programs();
  return {
    runs: programs.reduce((sum, { runCount }) => sum + runCount, 0),
    ns: programs.reduce((sum, { runTimeNs }) => sum + runTimeNs, 0),
  };
}
