interface Second {
  unix: number;
  startNs: bigint;
  /** `2026-11-23T02:13:20.` */
  prefix: string;
}

// The times of a batch lie in few different seconds: the text of each is made once.
const CACHED_SECONDS = 64;
const cache: Second[] = [];

function second(unix: number): Second {
  const slot = unix % CACHED_SECONDS;
  const cached = cache[slot];
  if (cached?.unix === unix) return cached;
  const prefix = new Date(unix * 1000).toISOString().slice(0, 20);
  const made = { unix, startNs: BigInt(unix) * 1_000_000_000n, prefix };
  cache[slot] = made;
  return made;
}

/**
 * Nanoseconds since the Unix epoch as RFC 3339 in UTC, always with nine digits after the point.
 * Throws RangeError when a year has more than four digits.
 */
export function formatTime(ns: number | bigint): string {
  const exact = BigInt(ns);
  const nearest = second(Math.floor(Number(exact) / 1e9));
  // The division rounds up to the next second in the last quarter of a microsecond of one.
  const { startNs, prefix } = exact < nearest.startNs ? second(nearest.unix - 1) : nearest;
  return `${prefix}${String(1e9 + Number(exact - startNs)).slice(1)}Z`;
}

const RFC_3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** RFC 3339 with up to nine digits after the point, as nanoseconds since the Unix epoch; undefined = not a time. */
export function parseTime(text: string): bigint | undefined {
  const [, second, fraction = '', zone] = RFC_3339.exec(text) ?? [];
  const milliseconds = Date.parse(`${second}${zone}`);
  if (Number.isNaN(milliseconds)) return undefined;
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
