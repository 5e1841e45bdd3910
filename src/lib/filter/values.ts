/** Readers of filter values. Each returns undefined for what it does not understand. */

const DURATION_UNITS = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600, d: 86_400 } as const;
const BYTE_POWERS = { k: 1, m: 2, g: 3, t: 4 } as const;
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** `10ms`, `1.5s`, `1h30m` in seconds. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d))+$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g)) {
    seconds += Number(amount) * DURATION_UNITS[unit as keyof typeof DURATION_UNITS];
  }
  return seconds;
}

/** An RFC 3339 time, or a duration before `now`; both in milliseconds since the epoch. */
export function parseTime(text: string, now: number): number | undefined {
  const ago = parseDuration(text);
  if (ago !== undefined) return now - ago * 1000;
  const time = RFC_3339.test(text) ? Date.parse(text.toUpperCase().replace(' ', 'T')) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** `1500`, `10k`, `1.5MB` (powers of 1000), `2GiB`, `2Gi` (powers of 1024). */
export function parseBytes(text: string): number | undefined {
  const [, amount, unit, binary] = /^(\d+(?:\.\d+)?)(?:([kmgt])(i)?)?b?$/i.exec(text) ?? [];
  if (amount === undefined) return undefined;
  const power = unit === undefined ? 0 : BYTE_POWERS[unit.toLowerCase() as keyof typeof BYTE_POWERS];
  return Number(amount) * (binary === undefined ? 1000 : 1024) ** power;
}

export function parseCount(text: string, max = Number.MAX_SAFE_INTEGER): number | undefined {
  const count = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return count <= max ? count : undefined;
}

/** `80` or `8000-8999`, as the first and the last port. */
export function parsePorts(text: string): readonly [number, number] | undefined {
  const [low = '', high = low, rest] = text.split('-');
  const first = parseCount(low, 65_535);
  const last = parseCount(high, 65_535);
  if (rest !== undefined || first === undefined || last === undefined || first > last) return undefined;
  return [first, last];
}

export function parseFlag(text: string): boolean | undefined {
  if (text === '' || text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' ? false : undefined;
}

/** Tests a whole text, in which `*` stands for anything. Linear, unlike a regular expression with many `.*`. */
export function parseGlob(text: string): ((value: string) => boolean) | undefined {
  if (text === '') return undefined;
  const [prefix = '', ...middle] = text.split('*');
  const suffix = middle.pop();
  if (suffix === undefined) return (value) => value === text;
  return (value) => {
    const end = value.length - suffix.length;
    let at = prefix.length;
    if (at > end || !value.startsWith(prefix) || !value.endsWith(suffix)) return false;
    for (const part of middle) {
      const found = value.indexOf(part, at);
      at = found + part.length;
      if (found < 0 || at > end) return false;
    }
    return true;
  };
}
