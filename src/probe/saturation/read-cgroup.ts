import type { Directories } from './cgroup-layout.ts';
import type { FileReader } from './file-reader.ts';
import { blkio, ioStat, keyed, limit, quotaMillicores, single, stalled } from './parse.ts';
import type { Saturation } from './saturation.ts';

export type Limits = { millicores?: number; memoryBytes?: number; pids?: number };

/** Reads the totals of one container; undefined when its cgroup is gone. */
export function readCgroup(
  read: FileReader['read'],
  { unified, v1 }: Directories,
): Omit<Saturation, 'atNs'> | undefined {
  const sample = { cpu: {}, memory: {}, pressure: {}, io: {}, pids: {} };
  const found = [unified !== undefined && readUnified(read, unified, sample), readV1(read, v1, sample)];
  return found.includes(true) ? sample : undefined;
}

type Sample = Omit<Saturation, 'atNs'>;

function readUnified(
  read: FileReader['read'],
  directory: string,
  { cpu, memory, pressure, io, pids }: Sample,
): boolean {
  const cpuStat = read(`${directory}/cpu.stat`);
  if (cpuStat === undefined) return false;
  assign(cpu, {
    usageUs: keyed(cpuStat, 'usage_usec'),
    userUs: keyed(cpuStat, 'user_usec'),
    systemUs: keyed(cpuStat, 'system_usec'),
    periods: keyed(cpuStat, 'nr_periods'),
    throttledPeriods: keyed(cpuStat, 'nr_throttled'),
    throttledUs: keyed(cpuStat, 'throttled_usec'),
  });
  readPressure(read, directory, pressure);
  const usageBytes = one(read, `${directory}/memory.current`);
  if (usageBytes !== undefined) {
    const inactive = keyed(read(`${directory}/memory.stat`) ?? '', 'inactive_file') ?? 0;
    const events = read(`${directory}/memory.events`) ?? '';
    assign(memory, {
      usageBytes,
      workingSetBytes: Math.max(0, usageBytes - inactive),
      limitHits: keyed(events, 'max'),
      oomKills: keyed(events, 'oom_kill'),
    });
  }
  const ioText = read(`${directory}/io.stat`);
  if (ioText !== undefined) assign(io, ioStat(ioText));
  assign(pids, { count: one(read, `${directory}/pids.current`) });
  return true;
}

function readPressure(read: FileReader['read'], directory: string, pressure: Sample['pressure']): void {
  const cpu = read(`${directory}/cpu.pressure`);
  if (cpu === undefined) return;
  const memory = read(`${directory}/memory.pressure`) ?? '';
  const io = read(`${directory}/io.pressure`) ?? '';
  assign(pressure, {
    cpuUs: stalled(cpu, 'some'),
    memoryUs: stalled(memory, 'some'),
    memoryFullUs: stalled(memory, 'full'),
    ioUs: stalled(io, 'some'),
    ioFullUs: stalled(io, 'full'),
  });
}

function readV1(read: FileReader['read'], v1: Directories['v1'], { cpu, memory, io, pids }: Sample): boolean {
  const usageBytes = v1.memory === undefined ? undefined : one(read, `${v1.memory}/memory.usage_in_bytes`);
  if (v1.memory !== undefined && usageBytes !== undefined) {
    const inactive = keyed(read(`${v1.memory}/memory.stat`) ?? '', 'total_inactive_file') ?? 0;
    assign(memory, {
      usageBytes,
      workingSetBytes: Math.max(0, usageBytes - inactive),
      limitHits: one(read, `${v1.memory}/memory.failcnt`),
      oomKills: keyed(read(`${v1.memory}/memory.oom_control`) ?? '', 'oom_kill'),
    });
  }
  const cpuacct = v1.cpuacct === undefined ? undefined : one(read, `${v1.cpuacct}/cpuacct.usage`);
  // On a hybrid host the same figures are in the unified cgroup, with more of them.
  if (cpuacct !== undefined && cpu.usageUs === undefined) cpu.usageUs = Math.floor(cpuacct / 1000);
  const cpuStat = v1.cpu === undefined ? undefined : read(`${v1.cpu}/cpu.stat`);
  if (cpuStat !== undefined) {
    const throttledNs = keyed(cpuStat, 'throttled_time');
    assign(cpu, {
      periods: keyed(cpuStat, 'nr_periods'),
      throttledPeriods: keyed(cpuStat, 'nr_throttled'),
      throttledUs: throttledNs === undefined ? undefined : Math.floor(throttledNs / 1000),
    });
  }
  const bytes =
    v1.blkio === undefined ? undefined : read(`${v1.blkio}/blkio.throttle.io_service_bytes_recursive`);
  if (v1.blkio !== undefined && bytes !== undefined) {
    const { read: readBytes, write: writtenBytes } = blkio(bytes);
    const { read: reads, write: writes } = blkio(
      read(`${v1.blkio}/blkio.throttle.io_serviced_recursive`) ?? '',
    );
    assign(io, { readBytes, writtenBytes, reads, writes });
  }
  const count = v1.pids === undefined ? undefined : one(read, `${v1.pids}/pids.current`);
  assign(pids, { count });
  return usageBytes !== undefined || cpuacct !== undefined || cpuStat !== undefined || count !== undefined;
}

/** What rarely changes. */
export function readLimits(read: FileReader['read'], { unified, v1 }: Directories): Limits {
  const [quota, period] = (unified === undefined ? '' : (read(`${unified}/cpu.max`) ?? '')).trim().split(' ');
  const cpu =
    v1.cpu === undefined
      ? quotaMillicores(single(quota ?? ''), single(period ?? ''))
      : quotaMillicores(one(read, `${v1.cpu}/cpu.cfs_quota_us`), one(read, `${v1.cpu}/cpu.cfs_period_us`));
  const memory = v1.memory === undefined ? `${unified}/memory.max` : `${v1.memory}/memory.limit_in_bytes`;
  const limits: Limits = {};
  assign(limits, {
    millicores: cpu,
    memoryBytes: limit(one(read, memory)),
    pids: one(read, `${v1.pids ?? unified}/pids.max`),
  });
  return limits;
}

function one(read: FileReader['read'], path: string): number | undefined {
  const text = read(path);
  return text === undefined ? undefined : single(text);
}

/** Leaves out what is not known. */
function assign<T extends object>(to: T, values: { [Key in keyof T]?: T[Key] | undefined }): void {
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined) (to as Record<string, unknown>)[key] = value;
  }
}
