import { describe, expect, test } from 'vitest';
import { DEFAULT_VIEW, type View } from './view.ts';
import {
  collapse,
  cycleFocus,
  expand,
  groupBy,
  hide,
  showAll,
  showFailures,
  toggleColumn,
  toggleNoise,
  togglePin,
  type ViewChange,
} from './view-changes.ts';

function changed(view: View, ...changes: ViewChange[]): View {
  let current = view;
  for (const change of changes) current = { ...current, ...change(current) };
  return current;
}
const node = (id: string) => ({ kind: 'node' as const, id });

describe('a change of the view', () => {
  test('to another grouping forgets the nodes of the one before', () => {
    const view = changed(DEFAULT_VIEW, hide('a'), togglePin('b'), expand('c'), cycleFocus('d'));
    expect(changed(view, groupBy('pod'))).toEqual({ ...DEFAULT_VIEW, group: 'pod' });
    expect(changed(view, groupBy(undefined))).toEqual(view);
  });

  test('expands a node out of the selection, and selects it when it is collapsed', () => {
    const open = changed({ ...DEFAULT_VIEW, selection: node('a') }, expand('a'));
    expect(open).toMatchObject({ expanded: ['a'], selection: undefined });
    expect(changed(open, collapse('a'))).toMatchObject({ expanded: [], selection: node('a') });
  });

  test('shows what failed on an edge, for a reason that is asked for once', () => {
    const view = changed({ ...DEFAULT_VIEW, query: 'port:443', tab: 'edges' }, showFailures('e', 'refused'));
    const edge = { selection: { kind: 'edge', id: 'e' }, tab: 'flows' };
    expect(view).toMatchObject({ ...edge, query: 'port:443 failure:refused' });
    expect(changed(view, showFailures('e', 'refused'))).toEqual(view);
  });

  test('hides what was pinned, selected and in focus', () => {
    const view = changed(
      { ...DEFAULT_VIEW, selection: node('a') },
      togglePin('a'),
      cycleFocus('a'),
      hide('a'),
    );
    expect(view).toEqual({ ...DEFAULT_VIEW, hidden: ['a'] });
  });

  test('goes through one hop and two hops back to all', () => {
    const hops = [1, 2, 3].map((times) => changed(DEFAULT_VIEW, ...Array(times).fill(cycleFocus('a'))).focus);
    expect(hops).toEqual([{ id: 'a', hops: 1 }, { id: 'a', hops: 2 }, undefined]);
  });

  test('shows all again, and leaves the search alone', () => {
    const view = changed(
      { ...DEFAULT_VIEW, query: 'x', quieter: 40 },
      hide('a'),
      toggleNoise('dns'),
      cycleFocus('b'),
    );
    expect(changed(view, showAll())).toEqual({ ...DEFAULT_VIEW, query: 'x' });
  });

  test('never takes the last column', () => {
    expect(changed(DEFAULT_VIEW, toggleColumn('time', ['time'])).columns).toBeUndefined();
    expect(changed(DEFAULT_VIEW, toggleColumn('rtt', ['time'])).columns).toEqual(['time', 'rtt']);
  });
});
