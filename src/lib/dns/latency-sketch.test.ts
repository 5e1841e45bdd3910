import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LatencySketch, RELATIVE_ERROR } from './latency-sketch.ts';

const latencies = fc.array(fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 60e6 })), {
  minLength: 1,
  maxLength: 200,
});
const parts = [0, 0.5, 0.9, 0.99, 1];

function sketchOf(values: number[]): LatencySketch {
  const sketch = new LatencySketch();
  for (const value of values) sketch.add(value);
  return sketch;
}

test('without latencies there are no quantiles', () => {
  expect([new LatencySketch().count, new LatencySketch().quantile(0.5)]).toEqual([0, undefined]);
});

test('quantiles are within the error of the latency with their rank', () => {
  fc.assert(
    fc.property(latencies, (values) => {
      const sketch = sketchOf(values);
      const sorted = values.toSorted((one, other) => one - other);
      expect(sketch.count).toBe(values.length);
      for (const part of parts) {
        const exact = sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
        const error = Math.abs((sketch.quantile(part) ?? 0) - exact) / exact;
        expect(error).toBeLessThanOrEqual(RELATIVE_ERROR + 1e-9);
      }
    }),
  );
});

test('merged sketches are the sketch of all', () => {
  fc.assert(
    fc.property(latencies, latencies, (one, other) => {
      const merged = sketchOf(one);
      const all = sketchOf([...one, ...other]);
      merged.merge(sketchOf(other));
      merged.merge(new LatencySketch());
      expect(merged.count).toBe(all.count);
      expect(parts.map((part) => merged.quantile(part))).toEqual(parts.map((part) => all.quantile(part)));
    }),
  );
});

test('a sketch can be written down by its buckets', () => {
  fc.assert(
    fc.property(latencies, (values) => {
      const sketch = sketchOf(values);
      const read = new LatencySketch();
      for (const [bucket, count] of sketch.buckets()) read.addBucket(bucket, count);
      expect(parts.map((part) => read.quantile(part))).toEqual(parts.map((part) => sketch.quantile(part)));
    }),
  );
});

test('what no latency can be counts as the nearest that can', () => {
  const sketch = sketchOf([0, -5, 1e12]);
  expect(sketch.quantile(0)).toBeCloseTo(1, 1);
  expect((sketch.quantile(1) ?? 0) / 60e6).toBeCloseTo(1, 1);
});
