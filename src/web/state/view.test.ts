import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FLOW_COLUMN_IDS } from '../flows/columns.ts';
import { METRIC_IDS } from '../graph/metrics.ts';
import { NOISE_IDS } from '../graph/noise.ts';
import { EDGE_COLUMN_IDS } from '../table/edge-columns.ts';
import { DEFAULT_VIEW, TABS, type View } from './view.ts';
import { viewFromHash, viewToHash } from './view-hash.ts';

const id = fc.string({ minLength: 1 });
const ids = fc.uniqueArray(id, { maxLength: 5 });
const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
const views = fc.record<View>({
  group: optional(fc.constantFrom('process', 'pod', 'label:app.kubernetes.io/name')),
  query: fc.string({ maxLength: 40 }),
  selection: optional(fc.record({ kind: fc.constantFrom('node' as const, 'edge' as const), id })),
  expanded: ids,
  hidden: ids,
  pinned: ids,
  focus: optional(fc.record({ id, hops: fc.integer({ min: 1, max: 2 }) })),
  noise: fc.subarray([...NOISE_IDS]),
  gather: fc.boolean(),
  metric: fc.constantFrom(...METRIC_IDS),
  quieter: fc.integer({ min: 0, max: 99 }),
  tab: fc.constantFrom(...TABS),
  sort: fc.record({ column: fc.constantFrom(...FLOW_COLUMN_IDS), descending: fc.boolean() }),
  edgeSort: fc.record({ column: fc.constantFrom(...EDGE_COLUMN_IDS), descending: fc.boolean() }),
  columns: optional(fc.subarray([...FLOW_COLUMN_IDS], { minLength: 1 })),
  since: optional(fc.constantFrom('15m', '90s')),
  until: optional(fc.constantFrom('2026-01-31T12:00:00.000Z')),
});

test('every view survives the way through the address bar', () => {
  fc.assert(
    fc.property(views, (view) => {
      expect(viewFromHash(viewToHash(view))).toEqual(view);
    }),
  );
});

test('the default view leaves the address bar clean', () => {
  expect(viewToHash(DEFAULT_VIEW)).toBe('');
  expect(viewFromHash('')).toEqual(DEFAULT_VIEW);
});

test('nonsense in the address bar is the default, never an error', () => {
  expect(viewFromHash('#group=galaxy&sort=-weather&node=&quieter=-3&noise=art&columns=x')).toEqual(
    DEFAULT_VIEW,
  );
  fc.assert(fc.property(fc.string(), (hash) => void viewFromHash(hash)));
});
