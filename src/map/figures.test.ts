import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COUNTERS, Figures, SKETCHES } from './figures.ts';
import { PackedFigures } from './packed-figures.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

const figures = fc
  .record({
    counts: fc.array(fc.oneof(fc.constant(0), fc.nat(300), fc.nat(1e12)), {
      minLength: COUNTERS.length,
      maxLength: COUNTERS.length,
    }),
    latencies: fc.array(fc.tuple(fc.constantFrom(...SKETCHES), fc.integer({ min: 1, max: 1e6 })), {
      maxLength: 10,
    }),
    seen: fc.nat(100_000),
  })
  .map(({ counts, latencies, seen }) => {
    const made = new Figures();
    for (const [place, count] of counts.entries()) made.addAt(place, count);
    for (const [name, us] of latencies) made.measured(name).add(us);
    made.seen(NOW + seen);
    return made;
  });

function sum(...terms: Figures[]): Figures {
  const into = new Figures();
  for (const term of terms) into.merge(term);
  return into;
}

function written(made: Figures): object {
  const sketches = SKETCHES.map((name) => [...(made.sketch(name)?.buckets() ?? [])]);
  return { counts: [...made.counts], sketches, lastSeen: made.lastSeen };
}

describe('figures', () => {
  it('add up to the same in any order and grouping', () => {
    fc.assert(
      fc.property(figures, figures, figures, (a, b, c) => {
        expect(written(sum(a, b))).toEqual(written(sum(b, a)));
        expect(written(sum(sum(a, b), c))).toEqual(written(sum(a, sum(b, c))));
        expect(written(sum(a, new Figures()))).toEqual(written(a));
      }),
    );
  });

  it('are the same after they were packed', () => {
    fc.assert(
      fc.property(fc.array(figures, { minLength: 1, maxLength: 8 }), (all) => {
        const packed = new PackedFigures(new Map(all.map((each, i) => [i * 1000, each])));
        const unpacked = packed.unpack();
        expect([...unpacked.keys()]).toEqual(all.map((_, i) => i * 1000));
        expect([...unpacked.values()].map(written)).toEqual(all.map(written));
        const total = new Figures();
        for (const each of all) total.addCounts(each);
        expect(packed.total.counts).toEqual(total.counts);
      }),
    );
  });

  it('take little memory when they are packed', () => {
    const small = Array.from({ length: 100 }, (_, i): [number, Figures] => {
      const each = new Figures();
      for (const name of ['opened', 'closed', 'ended', 'began'] as const) each.add(name, 3);
      each.add('forward', 70_000);
      each.add('backward', 400);
      for (let us = 1; us < 4; us++) each.measured('connect').add(us * 100);
      each.seen(NOW + i);
      return [i, each];
    });
    expect(new PackedFigures(new Map(small)).bytes / small.length).toBeLessThan(40);
  });
});
