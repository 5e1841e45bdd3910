import { describe, expect, it } from 'vitest';
import { Figures } from './figures.ts';
import { addNew, addRate, countedNow, type Sides } from './sides.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import { FAILURES } from './types.ts';

const NOW = 1_000_000;
const SLOT = { slotMs: 10_000, counted: undefined };

const side: Snapshot = snapshotOf({
  id: 'f',
  protocol: 'tcp',
  source: { ip: '10.0.0.1', port: 40000 },
  dest: { ip: '10.0.0.2', port: 80 },
  state: 'established',
  openedMs: NOW - 5000,
  lastSeenMs: NOW - 1000,
  sent: { bytes: 100, packets: 2 },
  received: { bytes: 2000, packets: 3 },
});

function sidesOf(client: Partial<Snapshot> | undefined, server?: Partial<Snapshot>): Sides {
  return { client: client && { ...side, ...client }, server: server && { ...side, ...server } };
}

/** The counters that are not 0. */
function counts(figures: Figures, ...names: Parameters<Figures['count']>[0][]): number[] {
  return names.map((name) => figures.count(name));
}

function figuresOf(client: Partial<Snapshot> | undefined, server?: Partial<Snapshot>): Figures {
  const figures = new Figures();
  addNew(() => figures, sidesOf(client, server), SLOT);
  return figures;
}

const code = (failure: (typeof FAILURES)[number]) => FAILURES.indexOf(failure) + 1;

describe('a connection', () => {
  it('counts what the client counted when both sides are seen', () => {
    const figures = figuresOf(
      { sent: 10, received: 20, retransmits: 1, lostPackets: 1 },
      { sent: 19, received: 9, retransmits: 2, packetsSent: 9 },
    );
    expect(counts(figures, 'forward', 'backward', 'packetsForward', 'packetsBackward')).toEqual([
      10, 20, 2, 3,
    ]);
    expect(counts(figures, 'opened', 'retransmits', 'lostPackets')).toEqual([1, 3, 1]);
  });

  it('counts what the server counted when only it is seen', () => {
    const figures = figuresOf(undefined, { sent: 19, received: 9 });
    expect(counts(figures, 'forward', 'backward', 'packetsForward', 'packetsBackward')).toEqual([
      9, 19, 3, 2,
    ]);
  });

  it('is over when both sides have closed', () => {
    expect(counts(figuresOf({ closed: NOW }, { closed: 0 }), 'closed', 'ended')).toEqual([0, 0]);
    expect(counts(figuresOf({ closed: NOW }, { closed: NOW }), 'closed', 'ended')).toEqual([1, 1]);
  });

  it('that was refused is failed, but neither opened nor closed', () => {
    const refused = figuresOf({ closed: NOW, failure: code('refused'), sent: 0, received: 0 });
    expect(counts(refused, 'opened', 'closed', 'ended', 'refused')).toEqual([0, 0, 1, 1]);
  });

  it('that was reset while it worked is closed and failed, once', () => {
    const reset = { closed: NOW, failure: code('reset') };
    expect(counts(figuresOf(reset, reset), 'opened', 'closed', 'reset')).toEqual([1, 1, 1]);
  });

  it('was opened when it was, and did the rest when it was last seen', () => {
    const at = new Map<number, Figures>();
    const figuresAt = (time: number) => {
      at.set(time, at.get(time) ?? new Figures());
      return at.get(time);
    };
    addNew(figuresAt, sidesOf({ connectUs: 40, closed: NOW }), SLOT);
    expect([...at.keys()].sort()).toEqual([side.opened, side.lastSeen]);
    expect(at.get(side.opened)?.count('opened')).toBe(1);
    expect(at.get(side.opened)?.sketch('connect')?.count).toBe(1);
    expect(counts(at.get(side.lastSeen) ?? new Figures(), 'opened', 'closed', 'forward')).toEqual([
      0, 1, 100,
    ]);
  });

  it('that is first seen late carried its bytes all the time', () => {
    const forward: number[] = [];
    const opened = side.lastSeen - 45_000;
    const figuresAt = (time: number) => {
      const figures = new Figures();
      figures.add = (name, by) =>
        name === 'forward' && forward.push(by) && expect(time).toBeGreaterThan(opened);
      return figures;
    };
    addNew(figuresAt, sidesOf({ opened, sent: 103 }), SLOT);
    expect(forward).toEqual([20, 21, 20, 21, 21]);
  });

  it('adds only what it did since it was counted', () => {
    const before = sidesOf({}, { sent: 2000, received: 90 });
    const counted = countedNow(before, undefined);
    const figures = new Figures();
    addNew(() => figures, sidesOf({ sent: 150, closed: NOW }), { ...SLOT, counted });
    expect(counts(figures, 'forward', 'backward', 'opened', 'closed')).toEqual([50, 0, 0, 1]);
  });

  it('takes nothing back when the side that counts turns up late', () => {
    const counted = countedNow(sidesOf(undefined, { received: 500 }), undefined);
    const figures = new Figures();
    const both = sidesOf({ sent: 400 }, { received: 500 });
    addNew(() => figures, both, { ...SLOT, counted });
    expect(figures.count('forward')).toBe(0);
    expect(countedNow(both, counted).forward).toBe(500);
  });

  it('has a rate only as long as its rate is true', () => {
    const rate = { rateSent: 5, rateReceived: 7, rateUntil: NOW };
    const ratesOf = (sides: Sides) => {
      const figures = new Figures();
      addRate(figures, sides, NOW);
      return counts(figures, 'rateForward', 'rateBackward');
    };
    expect(ratesOf(sidesOf(rate))).toEqual([5, 7]);
    expect(ratesOf(sidesOf(undefined, rate))).toEqual([7, 5]);
    expect(ratesOf(sidesOf({ ...rate, rateUntil: NOW - 1 }))).toEqual([0, 0]);
  });

  it('takes the round trip from the client and only the client knows how long connecting took', () => {
    const both = figuresOf({ rttUs: 300, connectUs: 40 }, { rttUs: 500, connectUs: 0 });
    expect(counts(both, 'rttSum', 'connectSum')).toEqual([300, 40]);
    expect(both.sketch('rtt')?.count).toBe(1);
    const server = figuresOf({ rttUs: 0 }, { rttUs: 500 });
    expect(counts(server, 'rttSum', 'connectSum')).toEqual([500, 0]);
  });
});
