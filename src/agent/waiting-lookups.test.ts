import { expect, it } from 'vitest';
import type { MapDnsQuery } from '../map/types.ts';
import { WaitingLookups } from './waiting-lookups.ts';

function waiting(max: number) {
  const counted: number[] = [];
  const lookups = new WaitingLookups({ max, count: ({ askedMs }) => counted.push(askedMs) });
  const add = (askedMs: number) =>
    lookups.add(
      {
        transport: 'udp',
        source: { ip: '10.0.0.1', port: 40_000 },
        server: { ip: '10.0.0.2', port: 53 },
        outcome: 'answered',
        askedMs,
      } satisfies MapDnsQuery,
      askedMs,
    );
  return { lookups, add, counted };
}

it('holds each for as long as its flow may take to be told', () => {
  const { lookups, add, counted } = waiting(10);
  add(1000);
  add(2000);
  lookups.sweep(3999);
  expect(counted).toEqual([]);
  lookups.sweep(4000);
  expect(counted).toEqual([1000]);
  lookups.sweep(60_000);
  expect(counted).toEqual([1000, 2000]);
});

it('holds none for longer when the clock is set back', () => {
  const { lookups, add, counted } = waiting(10);
  add(3_600_000);
  add(2000);
  lookups.sweep(2100);
  expect(counted).toEqual([3_600_000]);
  lookups.sweep(5000);
  expect(counted).toEqual([3_600_000, 2000]);
});

it('counts the older half at once where more wait than it has room for', () => {
  const { add, counted } = waiting(4);
  for (const askedMs of [1, 2, 3, 4, 5]) add(askedMs);
  expect(counted).toEqual([1, 2]);
});
