import { expect, it } from 'vitest';
import { closedRate, firstReading, openRate } from './rate.ts';

const before = { sent: 1000, received: 0, seenMs: 10_000, rateUntilMs: 15_000 };

it('is what came between two reports', () => {
  const rate = openRate(before, { sent: 5000, received: 200, seenMs: 12_000 });
  expect(rate).toEqual({ sent: 2000, received: 100, untilMs: 17_000 });
});

it('is not known from one report twice', () => {
  expect(openRate(before, before)).toBeUndefined();
});

it('is not that of the instant between two reports that follow each other at once', () => {
  const rate = openRate(before, { sent: 1100, received: 0, seenMs: 10_000.3 });
  expect(rate).toEqual({ sent: 1000, received: 0, untilMs: 11_200.3 });
});

it('spreads what came after a silence over the last seconds only', () => {
  const rate = openRate(before, { sent: 5000, received: 0, seenMs: 70_000 });
  expect(rate?.sent).toBe(1000);
});

it('counts a closed connection for some seconds, however short it was', () => {
  const rate = closedRate(
    { sent: 0, received: 0, seenMs: 9_999 },
    { sent: 5000, received: 0, seenMs: 10_000 },
  );
  expect(rate).toEqual({ sent: 1000, received: 0, untilMs: 15_000 });
});

it('never falls below zero', () => {
  expect(openRate(before, { sent: 10, received: 0, seenMs: 12_000 })?.sent).toBe(0);
});

it('begins with the opening of a connection that is new, and with nothing for an old one', () => {
  expect(firstReading(9000, 10_000)).toEqual({ sent: 0, received: 0, seenMs: 9000 });
  expect(firstReading(1000, 10_000)).toBeUndefined();
  expect(firstReading(undefined, 10_000)).toBeUndefined();
});
