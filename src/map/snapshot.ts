import { FAILURES, type MapFlow } from './types.ts';

/** The figures of one flow at one moment. Times are milliseconds since the epoch; 0 = not known, not closed. */
export interface Snapshot {
  readonly opened: number;
  readonly closed: number;
  readonly lastSeen: number;
  readonly sent: number;
  readonly received: number;
  readonly packetsSent: number;
  readonly packetsReceived: number;
  readonly retransmits: number;
  readonly lostPackets: number;
  readonly connectUs: number;
  readonly rttUs: number;
  /** Bytes per second, true until `rateUntil`. */
  readonly rateSent: number;
  readonly rateReceived: number;
  readonly rateUntil: number;
  /** Place in FAILURES from 1; 0 = did not fail. */
  readonly failure: number;
}

export function snapshotOf(flow: MapFlow): Snapshot {
  const lastSeen = flow.lastSeenMs ?? flow.closedMs ?? flow.openedMs ?? 0;
  return {
    opened: flow.openedMs ?? 0,
    // A close that was missed has no time of its own; what matters is that it is not 0.
    closed: flow.state === 'closed' ? (flow.closedMs ?? Math.max(lastSeen, 1)) : 0,
    lastSeen: Math.max(lastSeen, flow.closedMs ?? 0),
    sent: flow.sent.bytes,
    received: flow.received.bytes,
    packetsSent: flow.sent.packets ?? 0,
    packetsReceived: flow.received.packets ?? 0,
    retransmits: flow.retransmits ?? 0,
    lostPackets: flow.lostPackets ?? 0,
    connectUs: flow.connectUs ?? 0,
    rttUs: flow.rttUs ?? 0,
    rateSent: flow.rate?.sent ?? 0,
    rateReceived: flow.rate?.received ?? 0,
    rateUntil: flow.rate?.untilMs ?? 0,
    failure: failureCode(flow.failure),
  };
}

/**
 * Two reports of one flow as one. Associative, commutative and idempotent: reports may come twice and in any
 * order. Counters only grow; what is a sample (RTT, rates) comes from the later report.
 */
export function mergeSnapshots(a: Snapshot, b: Snapshot): Snapshot {
  const sample = laterSample(a, b);
  const rate = laterRate(a, b);
  return {
    opened: a.opened === 0 || b.opened === 0 ? a.opened + b.opened : Math.min(a.opened, b.opened),
    closed: Math.max(a.closed, b.closed),
    lastSeen: Math.max(a.lastSeen, b.lastSeen),
    sent: Math.max(a.sent, b.sent),
    received: Math.max(a.received, b.received),
    packetsSent: Math.max(a.packetsSent, b.packetsSent),
    packetsReceived: Math.max(a.packetsReceived, b.packetsReceived),
    retransmits: Math.max(a.retransmits, b.retransmits),
    lostPackets: Math.max(a.lostPackets, b.lostPackets),
    connectUs: Math.max(a.connectUs, b.connectUs),
    rttUs: sample.rttUs,
    rateSent: rate.rateSent,
    rateReceived: rate.rateReceived,
    rateUntil: rate.rateUntil,
    failure: Math.max(a.failure, b.failure),
  };
}

function laterSample(a: Snapshot, b: Snapshot): Snapshot {
  return (a.lastSeen - b.lastSeen || a.rttUs - b.rttUs) >= 0 ? a : b;
}

function laterRate(a: Snapshot, b: Snapshot): Snapshot {
  const order = a.rateUntil - b.rateUntil || a.rateSent - b.rateSent || a.rateReceived - b.rateReceived;
  return order >= 0 ? a : b;
}

function failureCode(failure: string | undefined): number {
  if (failure === undefined) return 0;
  const place = (FAILURES as readonly string[]).indexOf(failure);
  return place < 0 ? FAILURES.length : place + 1;
}
