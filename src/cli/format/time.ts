export const TIME_FORMATS = ['time', 'rfc3339', 'unix', 'relative'] as const;

export interface TimeStyle {
  format: (typeof TIME_FORMATS)[number];
  utc: boolean;
  /** Milliseconds since the epoch, which `relative` counts from. */
  now: () => number;
}

/** An RFC 3339 time of a record as the user asked for it, to the millisecond; `-` when it is not known. */
export function formatTime(time: string | undefined, { format, utc, now }: TimeStyle): string {
  const at = time === undefined ? Number.NaN : Date.parse(time);
  if (Number.isNaN(at)) return '-';
  switch (format) {
    case 'time':
      return shifted(at, utc).slice(11, 23);
    case 'rfc3339':
      return shifted(at, utc) + (utc ? 'Z' : offset(at));
    case 'unix':
      return (at / 1000).toFixed(3);
    case 'relative':
      return `${((at - now()) / 1000).toFixed(1)}s`;
  }
}

/** The wall clock of UTC or of this place, as ISO 8601 without a zone. */
function shifted(at: number, utc: boolean): string {
  const minutes = utc ? 0 : new Date(at).getTimezoneOffset();
  return new Date(at - minutes * 60_000).toISOString().slice(0, 23);
}

function offset(at: number): string {
  const minutes = -new Date(at).getTimezoneOffset();
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}
