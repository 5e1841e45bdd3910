import { expect, test } from 'vitest';
import { anEdge } from '../testing/samples.ts';
import { RateHistory } from './rate-history.ts';

test('edges that are younger count from when they came', () => {
  const history = new RateHistory();
  const [old, young] = [anEdge('a', 'b'), anEdge('a', 'c', { rate: { forward: 5, backward: 0 } })];
  history.sample([old]);
  history.sample([old, young]);
  expect(history.of([old.id, young.id])).toEqual([30, 35]);
  history.sample([young]);
  expect(history.of([old.id])).toEqual([]);
});
