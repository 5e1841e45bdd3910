import type { NodeSaturation } from '../../wire/status.ts';
import type { FileReader } from './file-reader.ts';
import { keyed, stalled } from './parse.ts';
import type { Saturation } from './saturation.ts';

export type NodeSample = Omit<NodeSaturation, 'sampledAt'> & Pick<Saturation, 'atNs'>;

/** USER_HZ is 100 on every architecture that Node.js runs on. */
const US_PER_TICK = 10_000;

/** The same figures of the whole node, from /proc. */
export function readNode(read: FileReader['read'], procRoot: string): Omit<NodeSample, 'atNs'> {
  const stat = read(`${procRoot}/stat`) ?? '';
  const memory = read(`${procRoot}/meminfo`) ?? '';
  const vmstat = read(`${procRoot}/vmstat`) ?? '';
  const load = parseLoad(read(`${procRoot}/loadavg`) ?? '');
  return {
    cpu: parseCpu(stat),
    memory: { ...parseMemory(memory), ...defined({ oomKills: keyed(vmstat, 'oom_kill') }) },
    pressure: readPressure(read, procRoot),
    ...(load !== undefined && { load: load.averages, pids: { count: load.tasks } }),
  };
}

/** /proc/stat: the first line sums all processors, one line follows for each. */
export function parseCpu(stat: string): Saturation['cpu'] {
  const [line = ''] = stat.split('\n', 1);
  const ticks = /^cpu +([\d ]+)$/.exec(line)?.[1]?.split(' ').map(Number);
  if (ticks === undefined) return {};
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = ticks;
  const userUs = (user + nice) * US_PER_TICK;
  const systemUs = (system + irq + softirq) * US_PER_TICK;
  const processors = stat.match(/^cpu\d+ /gm)?.length ?? 0;
  return { usageUs: userUs + systemUs, userUs, systemUs, limitMillicores: processors * 1000 };
}

/** /proc/meminfo, in kB. */
export function parseMemory(meminfo: string): Saturation['memory'] {
  const bytes = (name: string) => {
    const found = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(meminfo)?.[1];
    return found === undefined ? undefined : Number(found) * 1024;
  };
  const [total, free, available] = [bytes('MemTotal'), bytes('MemFree'), bytes('MemAvailable')];
  if (total === undefined) return {};
  return defined({
    usageBytes: free === undefined ? undefined : total - free,
    workingSetBytes: available === undefined ? undefined : total - available,
    limitBytes: total,
  });
}

/** /proc/loadavg: `0.10 0.20 0.30 1/234 5678`. */
export function parseLoad(
  text: string,
): { averages: NonNullable<NodeSaturation['load']>; tasks: number } | undefined {
  const found = /^([\d.]+) ([\d.]+) ([\d.]+) \d+\/(\d+) /.exec(text);
  if (found === null) return undefined;
  const [one = 0, five = 0, fifteen = 0, tasks = 0] = found.slice(1).map(Number);
  return { averages: { one, five, fifteen }, tasks };
}

function readPressure(read: FileReader['read'], procRoot: string): Saturation['pressure'] {
  const [cpu, memory, io] = ['cpu', 'memory', 'io'].map((name) => read(`${procRoot}/pressure/${name}`) ?? '');
  return defined({
    cpuUs: stalled(cpu ?? '', 'some'),
    memoryUs: stalled(memory ?? '', 'some'),
    memoryFullUs: stalled(memory ?? '', 'full'),
    ioUs: stalled(io ?? '', 'some'),
    ioFullUs: stalled(io ?? '', 'full'),
  });
}

function defined<T extends object>(values: T): { [Key in keyof T]?: NonNullable<T[Key]> } {
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as { [Key in keyof T]?: NonNullable<T[Key]> };
}
