import type { MapWindow } from './types.ts';

/** A part of time, in milliseconds since the epoch. */
export interface TimeWindow {
  from: number;
  to: number;
  /** Ends now: what clocks that are ahead say belongs to it. */
  live: boolean;
  seconds: number;
}

export function liveWindow(now: number, sinceMs: number): TimeWindow {
  return { from: now - sinceMs, to: Number.POSITIVE_INFINITY, live: true, seconds: sinceMs / 1000 };
}

export function closedWindow({ since, until }: { since: number; until: number }): TimeWindow {
  return { from: since, to: until, live: false, seconds: Math.max(1, until - since) / 1000 };
}

export function writtenWindow({ from, to, live }: TimeWindow, now: number): MapWindow {
  return { since: new Date(from).toISOString(), until: new Date(live ? now : to).toISOString(), live };
}
