import type { MapSaturation } from './types.ts';

/** What containers use together: sums, and of the pressure the highest. Undefined when none was sampled. */
export function addedSaturation(parts: Iterable<MapSaturation | undefined>): MapSaturation | undefined {
  let sum: MapSaturation | undefined;
  for (const part of parts) if (part !== undefined) sum = sum === undefined ? part : added(sum, part);
  return sum;
}

function added(a: MapSaturation, b: MapSaturation): MapSaturation {
  const cpu = both(a.cpu, b.cpu, (one, other) => ({
    millicores: one.millicores + other.millicores,
    ...limits('limitMillicores', one.limitMillicores, other.limitMillicores),
    ...sum('throttledUs', one.throttledUs, other.throttledUs),
  }));
  const memory = both(a.memory, b.memory, (one, other) => ({
    workingSetBytes: one.workingSetBytes + other.workingSetBytes,
    ...limits('limitBytes', one.limitBytes, other.limitBytes),
    ...sum('oomKills', one.oomKills, other.oomKills),
  }));
  const pressure = both(a.pressure, b.pressure, (one, other) => ({
    ...highest('cpuPermille', one.cpuPermille, other.cpuPermille),
    ...highest('memoryPermille', one.memoryPermille, other.memoryPermille),
    ...highest('ioPermille', one.ioPermille, other.ioPermille),
  }));
  return {
    containers: a.containers + b.containers,
    ...(cpu && { cpu }),
    ...(memory && { memory }),
    ...(pressure && { pressure }),
  };
}

function both<T>(a: T | undefined, b: T | undefined, add: (a: T, b: T) => T): T | undefined {
  return a === undefined || b === undefined ? (a ?? b) : add(a, b);
}

type Named<Name extends string> = { [Each in Name]?: number };

/** Together they have no limit when one of them has none. */
function limits<Name extends string>(name: Name, a: number | undefined, b: number | undefined): Named<Name> {
  return a === undefined || b === undefined ? {} : named(name, a + b);
}

function sum<Name extends string>(name: Name, a: number | undefined, b: number | undefined): Named<Name> {
  return a === undefined && b === undefined ? {} : named(name, (a ?? 0) + (b ?? 0));
}

function highest<Name extends string>(name: Name, a: number | undefined, b: number | undefined): Named<Name> {
  return a === undefined && b === undefined ? {} : named(name, Math.max(a ?? 0, b ?? 0));
}

function named<Name extends string>(name: Name, value: number): Named<Name> {
  return { [name]: value } as Named<Name>;
}
