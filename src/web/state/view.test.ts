import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAP_GROUPS } from '../../map/types.ts';
import { COLUMN_IDS } from '../flows/columns.ts';
import { DEFAULT_VIEW, type View, viewFromHash, viewToHash } from './view.ts';

const views = fc.record<View>({
  group: fc.constantFrom(...MAP_GROUPS),
  query: fc.string({ maxLength: 40 }),
  selection: fc.option(
    fc.record({ kind: fc.constantFrom('node' as const, 'edge' as const), id: fc.string({ minLength: 1 }) }),
    { nil: undefined },
  ),
  sort: fc.record({ column: fc.constantFrom(...COLUMN_IDS), descending: fc.boolean() }),
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
  expect(viewFromHash('#group=galaxy&sort=-weather&node=')).toEqual(DEFAULT_VIEW);
  fc.assert(fc.property(fc.string(), (hash) => void viewFromHash(hash)));
});
