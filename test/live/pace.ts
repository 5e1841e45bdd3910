import { execFileSync } from 'node:child_process';

/** What python3 needs to start on a machine that runs its instructions itself, with room for a loaded one. */
const START_MS = 100;

/**
 * How many times longer than a real machine this one may take: a deadline says that something hangs, and in an
 * emulated machine all things take longer by the same factor. The python programs read it too.
 */
export const pace = (): number => Number(process.env.SYSPROBE_TEST_PACE ?? 1);

/** A deadline that is right for a real machine, in the time of this one. */
export const paced = (ms: number): number => Math.ceil(ms * pace());

/** Measures the pace, for this process and the programs that it starts from now on. */
export function takePace(): number {
  const started = performance.now();
  execFileSync('python3', ['-c', 'import json, socket']);
  const factor = Math.max(1, (performance.now() - started) / START_MS);
  process.env.SYSPROBE_TEST_PACE = factor.toFixed(1);
  return factor;
}
