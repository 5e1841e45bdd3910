import { expect, it } from 'vitest';
import { Clock } from './clock.ts';

function clockAt(realtime: bigint) {
  const now = { realtime, boottime: 1_000n };
  return { now, clock: new Clock(() => now) };
}

it('turns boot time into time since the epoch', () => {
  const { clock } = clockAt(1_800_000_000_000_000_000n);
  expect(clock.epochNs(3_000)).toBe(1_800_000_000_000_002_000n);
  expect(clock.bootNs()).toBe(1_000);
});

it.each([-2_000_000_000n, -100_001n, 100_001n, 2_000_000_000n])(
  'follows a clock that moved by %s ns',
  (by) => {
    const { clock, now } = clockAt(1_800_000_000_000_000_000n);
    now.realtime += by;
    clock.resync();
    expect(clock.epochNs(1_000)).toBe(now.realtime);
  },
);

it('takes jitter of readings for none, however often it is read, and what adds up for a change', () => {
  const { clock, now } = clockAt(1_800_000_000_000_000_000n);
  const first = clock.epochNs(1_000);
  for (const by of [60_000n, -90_000n, 5n]) {
    now.realtime = first + by;
    clock.resync();
    expect(clock.epochNs(1_000)).toBe(first);
  }
  now.realtime = first + 120_000n;
  clock.resync();
  expect(clock.epochNs(1_000)).toBe(first + 120_000n);
});
