import { readdirSync, readFileSync } from 'node:fs';
import { NS_PER_TICK, parseStat } from '../owners/proc-files.ts';
import { readStatus } from '../owners/process.ts';

/** The first process of a container has one of the lowest numbers; a container of 10,000 need not be read whole. */
const MAX_READ = 64;

/**
 * The first process of the container whose cgroup this is: the one that its own pid namespace counts as the first, else
 * the oldest. Undefined when it has none.
 */
export function firstProcess(
  directory: string,
  procRoot: string,
): { pid: number; startedNs: number } | undefined {
  const found = processesBelow(directory)
    .slice(0, MAX_READ)
    .flatMap((pid) => {
      const started = startOf(procRoot, pid);
      return started === undefined ? [] : [{ pid, startedNs: started }];
    });
  const first = found.find(({ pid }) => readStatus(procRoot, pid)?.namespacePid === 1);
  return first ?? found.sort((a, b) => a.startedNs - b.startedNs)[0];
}

/** Of the cgroup itself; where it has none, of those below: what runs there may have made cgroups of its own. */
function processesBelow(directory: string): number[] {
  try {
    const own = readFileSync(`${directory}/cgroup.procs`, 'utf8').trim();
    if (own !== '')
      return own
        .split('\n')
        .map(Number)
        .filter((pid) => pid > 0)
        .sort((a, b) => a - b);
    const below = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of below) {
      const pids = processesBelow(`${directory}/${name}`);
      if (pids.length > 0) return pids;
    }
    return [];
  } catch {
    // Removed meanwhile, or one whose threads are spread over cgroups, which has no list of processes.
    return [];
  }
}

function startOf(procRoot: string, pid: number): number | undefined {
  try {
    const stat = parseStat(readFileSync(`${procRoot}/${pid}/stat`, 'utf8'));
    return stat === undefined ? undefined : stat.startTicks * NS_PER_TICK;
  } catch {
    return undefined;
  }
}
