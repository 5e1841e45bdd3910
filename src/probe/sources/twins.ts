import { readFileSync } from 'node:fs';
import { hasMember, KERNEL_TYPES } from '../kernel-types.ts';
import type { BpfObject, ProgramInfo } from '../native.ts';

const SUFFIX = '_np';

let known: boolean | undefined;

/** Whether another task may come in while a program of a tracepoint is at work: see bpf/preempt.h. */
export function canPreemptTracepoints(): boolean {
  known ??= hasMember(readFileSync(KERNEL_TYPES), 'tp_transition_snapshot', 'srcu_gp');
  return known;
}

/** The program that does the work of this one on this kernel: itself, or its twin NAME_np that is not preempted. */
export function twinOf(object: BpfObject, program: string): string {
  const twin = program + SUFFIX;
  const hasTwin = object.programs().some(({ name }) => name === twin);
  return hasTwin && canPreemptTracepoints() ? twin : program;
}

/** Names of the programs that this kernel needs: of each program and its twin, the one or the other. */
export function neededPrograms(object: BpfObject): string[] {
  return object
    .programs()
    .map(({ name }) => name)
    .filter((name) => {
      const program = name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : name;
      return twinOf(object, program) === name;
    });
}

/** Before load(): turns the programs off that this kernel does not need; it may not have what they call. */
export function chooseTwins(object: BpfObject): void {
  const needed = neededPrograms(object);
  for (const { name } of object.programs()) if (!needed.includes(name)) object.setAutoload(name, false);
}

/** Runs of these programs that the kernel skipped: what each was about is not known, nor whether it mattered. */
export function skippedRuns(programs: ProgramInfo[]): number {
  return programs.reduce((sum, { skipCount }) => sum + skipCount, 0);
}
