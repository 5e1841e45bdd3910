import type { ProgramStatus } from '../wire/status.ts';
import type { ProgramInfo } from './native.ts';

/** Those that are in the kernel: of some, a kernel needs one or another. */
export function programStatuses(programs: ProgramInfo[]): ProgramStatus[] {
  return programs
    .filter(({ loaded }) => loaded)
    .map(({ name, section, runCount, runTimeNs, skipCount }) => {
      return { name, section, runCount, runTimeNs, skipCount };
    });
}
