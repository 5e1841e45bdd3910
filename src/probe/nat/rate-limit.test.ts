import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RateLimit } from './rate-limit.ts';

test('one second’s worth at once, then as it is earned', () => {
  const limit = new RateLimit(1000);
  expect(limit.take(600, 0)).toBe(600);
  expect(limit.take(600, 0)).toBe(400);
  expect(limit.take(600, 0)).toBe(0);
  expect(limit.take(600, 100)).toBe(100);
  expect(limit.take(5, 200)).toBe(5);
  expect(limit.take(2000, 60_000)).toBe(1000);
});

test('however it is asked, no second gets more than twice its share', () => {
  const steps = fc.array(fc.tuple(fc.nat(500), fc.nat(300)), { minLength: 1, maxLength: 100 });
  fc.assert(
    fc.property(steps, (taken) => {
      const limit = new RateLimit(100);
      let nowMs = 1000;
      let total = 0;
      for (const [wanted, passedMs] of taken) {
        nowMs += passedMs;
        const allowed = limit.take(wanted, nowMs);
        expect(Number.isInteger(allowed) && allowed >= 0 && allowed <= wanted).toBe(true);
        total += allowed;
      }
      expect(total).toBeLessThanOrEqual(100 + ((nowMs - 1000) / 1000) * 100);
    }),
  );
});
