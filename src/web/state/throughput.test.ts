import { expect, test } from 'vitest';
import { anEdge } from '../testing/samples.ts';
import { curve, HISTORY_LENGTH, totalRate, withSample } from './throughput.ts';

const box = { width: 59, height: 20 };

test('the total is both ways over all edges', () => {
  expect(totalRate([anEdge('a', 'b'), anEdge('b', 'c')])).toBe(60);
});

test('the history keeps the newest samples only', () => {
  let history: number[] = [];
  for (let sample = 0; sample < HISTORY_LENGTH + 5; sample += 1) history = withSample(history, sample);
  expect(history).toHaveLength(HISTORY_LENGTH);
  expect(history.at(-1)).toBe(HISTORY_LENGTH + 4);
});

test('the curve ends at the right and reaches the top at its largest sample', () => {
  expect(curve([0, 50, 100], box)).toBe('M57.0,20.0L58.0,10.0L59.0,0.0');
  expect(curve([0, 0], box)).toBe('M58.0,20.0L59.0,20.0');
  expect(curve([], box)).toBe('');
});
