import type { Figures } from './figures.ts';
import { latencyOf } from './latency.ts';
import { DNS_FAILURES, FAILURES, type MapSignals } from './types.ts';

/** `seconds`: how long the window is. */
export function signalsOf(figures: Figures, seconds: number): MapSignals {
  const latency = latencyOf(figures.sketch('connect')) ?? latencyOf(figures.sketch('rtt'));
  const failed = failures(figures);
  const ended = figures.count('ended') + figures.count('queries');
  return {
    ...(latency && { latency }),
    traffic: {
      bytesPerSecond: perSecond(figures.count('forward') + figures.count('backward'), seconds),
      connectionsPerSecond: perSecond(figures.count('opened'), seconds),
    },
    errors: { failed, ratio: failed === 0 ? 0 : rounded(Math.min(1, failed / ended)) },
  };
}

/** Connections, without DNS questions. */
export function failedConnections(figures: Figures): number {
  return FAILURES.reduce((sum, reason) => sum + figures.count(reason), 0);
}

function failures(figures: Figures): number {
  return DNS_FAILURES.reduce((sum, reason) => sum + figures.count(reason), failedConnections(figures));
}

function perSecond(count: number, seconds: number): number {
  return rounded(count / seconds);
}

/** To the third decimal: what is shown has fewer. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
