/** What a flow had carried when it was looked at. Times in milliseconds. */
export interface Reading {
  sent: number;
  received: number;
  seenMs: number;
}

/** Bytes per second, true until `untilMs`. */
export interface Rate {
  sent: number;
  received: number;
  untilMs: number;
}

export const NO_RATE: Rate = { sent: 0, received: 0, untilMs: 0 };

/** The last bytes of a connection, and all of a short one, count for this long after it closed. */
const CLOSED_SPAN_MS = 5000;

/**
 * The probe reports a flow only when its counters moved. After a silence the bytes are those of the last few
 * seconds, not of the whole time.
 */
const SILENCE_SPAN_MS = 4000;

/** Readings may follow each other at once; what came between them is no rate. */
const LEAST_SPAN_MS = 100;

/** Where to count a flow from that was not seen before; undefined when its bytes may be of long ago. */
export function firstReading(openedMs: number | undefined, seenMs: number): Reading | undefined {
  const isNew = openedMs !== undefined && seenMs - openedMs <= SILENCE_SPAN_MS;
  return isNew ? { sent: 0, received: 0, seenMs: openedMs } : undefined;
}

/** The rate while the flow is open, from two readings of it; undefined when no time has passed between them. */
export function openRate(before: Reading & { rateUntilMs: number }, after: Reading): Rate | undefined {
  const elapsed = after.seenMs - before.seenMs;
  if (elapsed <= 0) return undefined;
  const wasSilent = before.rateUntilMs < after.seenMs;
  const span = Math.max(LEAST_SPAN_MS, wasSilent ? Math.min(elapsed, SILENCE_SPAN_MS) : elapsed);
  // Until two reports have failed to come.
  return rateOver(span, { before, after, untilMs: after.seenMs + 2 * span + 1000 });
}

/** The rate after the flow closed, so that connections too short to be read while open count as well. */
export function closedRate(before: Reading, after: Reading): Rate {
  return rateOver(CLOSED_SPAN_MS, { before, after, untilMs: after.seenMs + CLOSED_SPAN_MS });
}

function rateOver(
  spanMs: number,
  { before, after, untilMs }: { before: Reading; after: Reading; untilMs: number },
): Rate {
  const perSecond = (bytes: number) => (Math.max(0, bytes) * 1000) / spanMs;
  return {
    sent: perSecond(after.sent - before.sent),
    received: perSecond(after.received - before.received),
    untilMs,
  };
}
