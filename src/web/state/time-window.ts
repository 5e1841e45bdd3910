import type { View } from './view.ts';
import type { ViewChange } from './view-changes.ts';

/** Lengths of windows to choose from. */
export const LENGTHS = ['1m', '5m', '15m', '30m', '1h'] as const;
export const USUAL_LENGTH = '5m';

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
/** The ends of windows that the agent answers exactly. */
export const STEP_MS = 10_000;

/** Undefined for what is no length such as `90s` or `15m`. */
export function lengthMs(text: string | undefined): number | undefined {
  const [, amount, unit = ''] = /^(\d{1,5})([smh])$/.exec(text ?? '') ?? [];
  return amount === undefined ? undefined : Number(amount) * (UNITS_MS[unit] ?? 0);
}

export interface WindowParams {
  readonly since: string | undefined;
  readonly until: string | undefined;
}

/** The window as the API takes it: a length that ends now, or two times. */
export function windowParams({ since, until }: Pick<View, 'since' | 'until'>): WindowParams {
  if (until === undefined) return { since, until };
  const length = lengthMs(since ?? USUAL_LENGTH) ?? 0;
  return { since: new Date(Date.parse(until) - length).toISOString(), until };
}

export function setLength(since: string): ViewChange {
  return () => ({ since: since === USUAL_LENGTH ? undefined : since });
}

/** Looks at the window that ends at a time; at the end of time it is live again. */
export function lookAt(endMs: number, nowMs: number): ViewChange {
  const end = Math.floor(endMs / STEP_MS) * STEP_MS;
  return () => ({ until: end + STEP_MS > nowMs ? undefined : new Date(end).toISOString() });
}

export function goLive(): ViewChange {
  return () => ({ until: undefined });
}
