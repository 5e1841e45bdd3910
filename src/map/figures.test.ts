import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addConnection, addFigures, emptyFigures, type Figures } from './figures.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import { FAILURES } from './types.ts';

const NOW = 1_000_000;
const window = { from: NOW - 60_000, now: NOW };

const side: Snapshot = {
  ...snapshotOf({
    id: 'f',
    protocol: 'tcp',
    source: { ip: '10.0.0.1', port: 40000 },
    dest: { ip: '10.0.0.2', port: 80 },
    state: 'established',
    openedMs: NOW - 5000,
    lastSeenMs: NOW - 1000,
    sent: { bytes: 100 },
    received: { bytes: 2000 },
  }),
};

function figuresOf(client: Partial<Snapshot> | undefined, server?: Partial<Snapshot>): Figures {
  const figures = emptyFigures();
  addConnection(
    figures,
    { client: client && { ...side, ...client }, server: server && { ...side, ...server } },
    window,
  );
  return figures;
}

const code = (failure: (typeof FAILURES)[number]) => FAILURES.indexOf(failure) + 1;

describe('a connection', () => {
  it('counts what the client counted when both sides are seen', () => {
    const figures = figuresOf(
      { sent: 10, received: 20, retransmits: 1 },
      { sent: 19, received: 9, retransmits: 2 },
    );
    expect(figures).toMatchObject({ active: 1, opened: 1, forward: 10, backward: 20, retransmits: 3 });
  });

  it('counts what the server counted when only it is seen', () => {
    expect(figuresOf(undefined, { sent: 19, received: 9 })).toMatchObject({ forward: 9, backward: 19 });
  });

  it('is active until both sides have closed', () => {
    expect(figuresOf({ closed: NOW }, { closed: 0 })).toMatchObject({ active: 1, closed: 0 });
    expect(figuresOf({ closed: NOW }, { closed: NOW })).toMatchObject({ active: 0, closed: 1 });
  });

  it('that was refused is failed, but neither opened nor closed', () => {
    const refused = { closed: NOW, failure: code('refused'), sent: 0, received: 0 };
    expect(figuresOf(refused)).toMatchObject({ active: 0, opened: 0, closed: 0, failed: { refused: 1 } });
  });

  it('that was reset while it worked is closed and failed, once', () => {
    const reset = { closed: NOW, failure: code('reset') };
    expect(figuresOf(reset, reset)).toMatchObject({ opened: 1, closed: 1, failed: { reset: 1 } });
  });

  it('that closed before the window adds nothing', () => {
    expect(figuresOf({ closed: 1, lastSeen: window.from - 1 })).toEqual(emptyFigures());
  });

  it('that is open counts however long it has been idle, but was not opened within the window', () => {
    expect(figuresOf({ opened: 1, lastSeen: 2 })).toMatchObject({ active: 1, opened: 0, forward: 100 });
  });

  it('has a rate only as long as its rate is true', () => {
    const rate = { rateSent: 5, rateReceived: 7, rateUntil: NOW };
    expect(figuresOf(rate)).toMatchObject({ rateForward: 5, rateBackward: 7 });
    expect(figuresOf(undefined, rate)).toMatchObject({ rateForward: 7, rateBackward: 5 });
    expect(figuresOf({ ...rate, rateUntil: NOW - 1 })).toMatchObject({ rateForward: 0, rateBackward: 0 });
  });

  it('takes the round trip from the client and only the client knows how long connecting took', () => {
    const figures = figuresOf({ rttUs: 300, connectUs: 40 }, { rttUs: 500, connectUs: 0 });
    expect(figures).toMatchObject({ rttSum: 300, rttCount: 1, connectSum: 40, connectCount: 1 });
    expect(figuresOf({ rttUs: 0 }, { rttUs: 500 })).toMatchObject({ rttSum: 500, rttCount: 1 });
  });
});

describe('figures', () => {
  const count = fc.nat(100);
  const figures: fc.Arbitrary<Figures> = fc.record({
    active: count,
    opened: count,
    closed: count,
    failed: fc.constantFrom({}, { refused: 1 }, { refused: 2, timeout: 1 }, { other: 3 }),
    forward: count,
    backward: count,
    rateForward: count,
    rateBackward: count,
    retransmits: count,
    rttSum: count,
    rttCount: count,
    connectSum: count,
    connectCount: count,
    lastSeen: count,
  });
  const sum = (...terms: Figures[]) => {
    const into = emptyFigures();
    for (const term of terms) addFigures(into, term);
    return into;
  };

  it('add up to the same in any order and grouping', () => {
    fc.assert(
      fc.property(figures, figures, figures, (a, b, c) => {
        expect(sum(a, b)).toEqual(sum(b, a));
        expect(sum(sum(a, b), c)).toEqual(sum(a, sum(b, c)));
        expect(sum(a, emptyFigures())).toEqual(sum(a));
      }),
    );
  });
});
