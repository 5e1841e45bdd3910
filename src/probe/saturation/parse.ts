/** Parsers of the files of a cgroup and of their counterparts in /proc. What is not there or not a number is absent. */

/** `name value` a line, as in cpu.stat and memory.stat: the value behind `name`. */
export function keyed(text: string, name: string): number | undefined {
  const key = `${name} `;
  let at = text.startsWith(key) ? 0 : text.indexOf(`\n${key}`) + 1;
  if (at === 0 && !text.startsWith(key)) return undefined;
  at += key.length;
  return count(text.slice(at, lineEnd(text, at)));
}

/** A file of one number; `max` and what v1 writes for it are no limit. */
export function single(text: string): number | undefined {
  return count(text.trim());
}

/** Total microseconds of stalls, in which `some` or all (`full`) tasks waited. */
export function stalled(text: string, which: 'some' | 'full'): number | undefined {
  const at = text.indexOf(`${which} `);
  if (at < 0) return undefined;
  const total = /total=(\d+)/.exec(text.slice(at, lineEnd(text, at)))?.[1];
  return total === undefined ? undefined : count(total);
}

/** cpu.max: `quota period` in microseconds. In thousandths of a CPU; undefined without a limit. */
export function quotaMillicores(quota: number | undefined, period: number | undefined): number | undefined {
  if (quota === undefined || period === undefined || quota <= 0 || period <= 0) return undefined;
  return Math.round((quota / period) * 1000);
}

export interface IoTotals {
  readBytes: number;
  writtenBytes: number;
  reads: number;
  writes: number;
}

/** io.stat: a line for each device. */
export function ioStat(text: string): IoTotals {
  const sum = (name: string) => {
    let total = 0;
    for (const [, value] of text.matchAll(new RegExp(`\\b${name}=(\\d+)`, 'g'))) total += Number(value);
    return total;
  };
  return { readBytes: sum('rbytes'), writtenBytes: sum('wbytes'), reads: sum('rios'), writes: sum('wios') };
}

/** blkio.throttle.io_service_bytes and its like: `8:0 Read 1024` lines of each device. */
export function blkio(text: string): { read: number; write: number } {
  const totals = { read: 0, write: 0 };
  for (const [, way, value] of text.matchAll(/^\d+:\d+ (Read|Write) (\d+)$/gm)) {
    if (way === 'Read') totals.read += Number(value);
    else totals.write += Number(value);
  }
  return totals;
}

/** v1 says that there is no limit by the largest number of pages. */
export function limit(value: number | undefined): number | undefined {
  return value === undefined || value >= Number.MAX_SAFE_INTEGER ? undefined : value;
}

function count(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
