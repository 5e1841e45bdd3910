import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anEdge } from '../testing/samples.ts';
import { edgeBows, edgeShape, edgeWidth, nodeOutline, nodeRadius } from './geometry.ts';
import { METRIC_LIST, metricOf } from './metrics.ts';

describe('sizes', () => {
  test('edges thicken with the logarithm of their rate', () => {
    const [idle, slow, brisk, fast] = [0, 1e4, 1e5, 1e6].map((rate) =>
      edgeWidth(rate, metricOf('throughput')),
    ) as [number, number, number, number];
    expect(idle).toBeLessThan(slow);
    expect(fast - brisk).toBeCloseTo(brisk - slow, 1);
  });

  test('no figure, however large or odd, leaves the scale', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        for (const metric of METRIC_LIST) {
          expect(edgeWidth(value, metric)).toBeGreaterThanOrEqual(1.25);
          expect(edgeWidth(value, metric)).toBeLessThanOrEqual(7);
        }
        expect(nodeRadius(value)).toBeLessThanOrEqual(27);
      }),
    );
  });
});

describe('edge shapes', () => {
  const ends = { fromRadius: 15, toRadius: 15, width: 2, bow: 0 };

  test('run from rim to rim with the head at the server', () => {
    const shape = edgeShape({ ...ends, from: { x: 0, y: 0 }, to: { x: 200, y: 0 } });
    expect(shape.line).toMatch(/^M19,0Q/);
    expect(shape.head).toMatch(/^M181,0L/);
    expect(shape.labelPoints[0]?.y).toBe(0);
  });

  test('of a node that talks to itself are loops', () => {
    const shape = edgeShape({ ...ends, from: { x: 5, y: 5 }, to: { x: 5, y: 5 } });
    expect(shape.line).toContain('C');
    expect(shape.labelPoints[0]?.y).toBeLessThan(-20);
  });

  test('never hold a number that SVG cannot read', () => {
    const coordinate = fc.integer({ min: -2000, max: 2000 });
    fc.assert(
      fc.property(coordinate, coordinate, fc.double({ min: -0.5, max: 0.5, noNaN: true }), (x, y, bow) => {
        const shape = edgeShape({ ...ends, from: { x: 0, y: 0 }, to: { x, y }, bow });
        expect(shape.line + shape.head).not.toMatch(/NaN|Infinity|e-/);
      }),
    );
  });

  test('edges between the same two nodes bend to different sides', () => {
    const bows = edgeBows([anEdge('a', 'b'), anEdge('b', 'a'), anEdge('a', 'c')]);
    // Both seen from `a`.
    expect(bows.get('a>b')).not.toBeCloseTo(-(bows.get('b>a') ?? 0));
    expect(bows.get('a>c')).toBeGreaterThan(0);
  });

  test('the three kinds of node have three outlines', () => {
    const outlines = (['process', 'container', 'address'] as const).map((kind) => nodeOutline(kind, 20));
    expect(new Set(outlines).size).toBe(3);
  });
});
