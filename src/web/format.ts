/** Text for figures. Every function is total: what is not known is an en dash, never 0. */

export const UNKNOWN = '–';

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Three significant digits, so that a column of figures keeps its width. */
function significant(value: number): string {
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1).replace(/\.0$/, '');
  return value.toFixed(2).replace(/\.?0+$/, '');
}

/** `bytes` in decimal units: `0 B`, `1.5 kB`, `12.3 MB`. */
export function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined || !Number.isFinite(bytes)) return UNKNOWN;
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  let value = bytes;
  let unit = 0;
  // 999.5 would print as 1000 of the smaller unit.
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${significant(value)} ${BYTE_UNITS[unit]}`;
}

/** Bytes per second. */
export function formatRate(bytesPerSecond: number | undefined): string {
  const text = formatBytes(bytesPerSecond);
  return text === UNKNOWN ? text : `${text}/s`;
}

/** `1,234` below a million, `1.23M` from there on. */
export function formatCount(count: number | undefined): string {
  if (count === undefined || !Number.isFinite(count)) return UNKNOWN;
  if (count < 999_500) return Math.round(count).toLocaleString('en-US');
  if (count < 999_500_000) return `${significant(count / 1e6)}M`;
  return `${significant(count / 1e9)}G`;
}

/** `count` with its noun: `1 flow`, `2 flows`. */
export function formatPlural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Microseconds as `84 µs`, `1.2 ms`, `3.41 s`. */
export function formatMicros(micros: number | undefined): string {
  if (micros === undefined || !Number.isFinite(micros)) return UNKNOWN;
  if (micros < 999.5) return `${Math.round(micros)} µs`;
  if (micros < 999_500) return `${significant(micros / 1e3)} ms`;
  return `${significant(micros / 1e6)} s`;
}

/** A share from 0 to 1 as `0 %`, `0.4 %`, `12 %`; what is not 0 never looks like it. */
export function formatShare(share: number | undefined): string {
  if (share === undefined || !Number.isFinite(share)) return UNKNOWN;
  if (share > 0 && share < 0.001) return '<0.1 %';
  return `${significant(Math.round(share * 1000) / 10)} %`;
}

/** An RFC 3339 time as the reader's wall clock, `14:03:09`. */
export function formatClock(time: string | undefined): string {
  const at = time === undefined ? Number.NaN : Date.parse(time);
  if (Number.isNaN(at)) return UNKNOWN;
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** `10.0.0.1:80`, `[::1]:80`, or the name when one was observed. */
export function formatAddress(end: { ip: string; port?: number; domain?: string }): string {
  const host = end.domain ?? (end.ip.includes(':') ? `[${end.ip}]` : end.ip);
  return end.port === undefined ? host : `${host}:${end.port}`;
}

/** Cuts the middle out of a long text, since names differ at both ends. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  const tail = Math.floor((max - 1) / 3);
  return `${text.slice(0, max - 1 - tail)}…${tail === 0 ? '' : text.slice(-tail)}`;
}
