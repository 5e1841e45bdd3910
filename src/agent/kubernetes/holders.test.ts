import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Holders } from './holders.ts';

function setUp(maxPast = 100) {
  const clock = { ms: 1_000_000 };
  const holders = new Holders({ maxPast, now: () => clock.ms });
  const nameAt = (atMs?: number) => holders.at('10.0.0.1', atMs)?.pod;
  const give = (pod: string) => holders.give('10.0.0.1', { key: pod, pod });
  return { clock, holders, nameAt, give };
}

it('knows who has an address, and who had it when', () => {
  const { clock, holders, nameAt, give } = setUp();
  give('first');
  clock.ms += 60_000;
  holders.take('10.0.0.1', 'first');
  expect(nameAt()).toBeUndefined();
  expect(nameAt(clock.ms - 30_000)).toBe('first');
  clock.ms += 60_000;
  expect(nameAt(clock.ms)).toBeUndefined();
  give('second');
  expect([nameAt(), nameAt(clock.ms), nameAt(clock.ms - 90_000)]).toEqual(['second', 'second', 'first']);
  expect(nameAt(clock.ms - 30_000)).toBeUndefined();
});

it('takes the first that it is told of for the one that had it before', () => {
  const { clock, nameAt, give } = setUp();
  give('first');
  expect(nameAt(clock.ms - 3_600_000)).toBe('first');
});

it('goes on with one that is given what it had', () => {
  const { clock, holders, nameAt, give } = setUp();
  give('first');
  holders.take('10.0.0.1', 'first');
  clock.ms += 60_000;
  give('first');
  expect([nameAt(), nameAt(clock.ms - 30_000), holders.past]).toEqual(['first', 'first', 0]);
});

it('takes nothing from another', () => {
  const { holders, nameAt, give } = setUp();
  give('first');
  give('second');
  holders.take('10.0.0.1', 'first');
  expect(nameAt()).toBe('second');
});

it('keeps a bounded number of those that were, and always those that are', () => {
  const step = fc.record({ ip: fc.nat(5), key: fc.nat(5), gives: fc.boolean(), waits: fc.nat(5000) });
  fc.assert(
    fc.property(fc.nat(4), fc.array(step, { maxLength: 60 }), (maxPast, steps) => {
      const { clock, holders } = setUp(maxPast);
      const now = new Map<string, string>();
      for (const { ip, key, gives, waits } of steps) {
        clock.ms += waits;
        const [address, name] = [String(ip), String(key)];
        if (gives) {
          holders.give(address, { key: name });
          now.set(address, name);
        } else {
          holders.take(address, name);
          if (now.get(address) === name) now.delete(address);
        }
        expect(holders.past).toBeLessThanOrEqual(maxPast);
        for (const each of ['0', '1', '2', '3', '4', '5']) expect(holders.at(each)?.key).toBe(now.get(each));
      }
    }),
  );
});
