const BYTE_UNITS = ['', 'k', 'M', 'G', 'T', 'P'] as const;

/** `999`, `1.2k`, `34k`, `5.0G`: powers of 1000, two significant digits or more. */
export function shortBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 999.5 and up would round to 1000.
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return (unit > 0 && value < 9.95 ? value.toFixed(1) : value.toFixed(0)) + BYTE_UNITS[unit];
}

/** `850ns`, `3.1ms`, `12s`, `2m05s`, `3h12m`, `2d04h`. */
export function shortDuration(ns: number): string {
  if (ns < 1000) return `${Math.round(ns)}ns`;
  if (ns < 999.5e3) return `${twoDigits(ns / 1e3)}us`;
  if (ns < 999.5e6) return `${twoDigits(ns / 1e6)}ms`;
  if (ns < 59.5e9) return `${twoDigits(ns / 1e9)}s`;
  const seconds = Math.round(ns / 1e9);
  if (seconds < 3600) return pair(seconds, 60, ['m', 's']);
  if (seconds < 86_400) return pair(seconds / 60, 60, ['h', 'm']);
  return pair(seconds / 3600, 24, ['d', 'h']);
}

function twoDigits(value: number): string {
  return value < 9.95 ? value.toFixed(1) : value.toFixed(0);
}

function pair(total: number, base: number, [high, low]: [string, string]): string {
  const whole = Math.floor(total);
  return `${Math.floor(whole / base)}${high}${String(whole % base).padStart(2, '0')}${low}`;
}
