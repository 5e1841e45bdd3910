import type { MapEdge } from '../../map/types.ts';
import type { FlowColumnId } from '../flows/columns.ts';
import type { Selection } from '../graph/focus.ts';
import type { NoiseId } from '../graph/noise.ts';
import { parseSearch, withTerm } from '../search/tokens.ts';
import type { View } from './view.ts';

/** What turns one view into the next. */
export type ViewChange = (view: View) => Partial<View>;

const MAX_HOPS = 2;

/** Ids of nodes mean something in one grouping only. */
export function groupBy(group: string | undefined): ViewChange {
  return (view) =>
    group === view.group
      ? {}
      : { group, selection: undefined, expanded: [], hidden: [], pinned: [], focus: undefined };
}

export function select(selection: Selection | undefined): ViewChange {
  return () => ({ selection });
}

/** Selecting what is selected clears the selection. */
export function toggleSelection(selection: Selection): ViewChange {
  return ({ selection: current }) => {
    const again = current?.kind === selection.kind && current.id === selection.id;
    return { selection: again ? undefined : selection };
  };
}

/** Narrows the view to what failed on an edge for a reason, and lists its flows. */
export function showFailures(edge: string, reason: string): ViewChange {
  const term = { name: 'failure', value: reason, negated: false };
  return ({ query }) => {
    const isAsked = parseSearch(query).filters.some(
      ({ name, value, negated }) => name === term.name && value === reason && !negated,
    );
    return {
      selection: { kind: 'edge', id: edge },
      query: isAsked ? query : withTerm(query, term),
      tab: 'flows',
    };
  };
}

/** Draws what is inside of a node in its place. */
export function expand(id: string): ViewChange {
  return ({ expanded, selection, focus }) => ({
    expanded: withId(expanded, id),
    selection: selection?.id === id ? undefined : selection,
    focus: focus?.id === id ? undefined : focus,
  });
}

export function collapse(id: string): ViewChange {
  return ({ expanded }) => ({ expanded: withoutId(expanded, id), selection: { kind: 'node', id } });
}

export function hide(id: string): ViewChange {
  return ({ hidden, pinned, selection, focus }) => ({
    hidden: withId(hidden, id),
    pinned: withoutId(pinned, id),
    selection: selection?.id === id ? undefined : selection,
    focus: focus?.id === id ? undefined : focus,
  });
}

export function unhide(id: string): ViewChange {
  return ({ hidden }) => ({ hidden: withoutId(hidden, id) });
}

export function togglePin(id: string): ViewChange {
  return ({ pinned }) => ({ pinned: pinned.includes(id) ? withoutId(pinned, id) : withId(pinned, id) });
}

/** One hop, two hops, everything again. */
export function cycleFocus(id: string): ViewChange {
  return ({ focus }) => {
    if (focus?.id !== id) return { focus: { id, hops: 1 } };
    return { focus: focus.hops < MAX_HOPS ? { id, hops: focus.hops + 1 } : undefined };
  };
}

export function unfocus(): ViewChange {
  return () => ({ focus: undefined });
}

export function toggleNoise(rule: NoiseId): ViewChange {
  return ({ noise }) => ({
    noise: noise.includes(rule) ? noise.filter((id) => id !== rule) : [...noise, rule],
  });
}

export function toggleGather(): ViewChange {
  return ({ gather }) => ({ gather: !gather });
}

/** Everything that hides nodes off, save for the search. */
export function showAll(): ViewChange {
  return () => ({ hidden: [], noise: [], focus: undefined, quieter: 0 });
}

/** The last column stays: a table without any has no way back. */
export function toggleColumn(id: FlowColumnId, shown: readonly FlowColumnId[]): ViewChange {
  return () => {
    const columns = shown.includes(id) ? shown.filter((each) => each !== id) : [...shown, id];
    return columns.length === 0 ? {} : { columns };
  };
}

/** What is selected, as nodes. */
export function selectedNodes(
  { selection }: Pick<View, 'selection'>,
  edges: ReadonlyMap<string, MapEdge> | undefined,
): string[] {
  if (selection === undefined) return [];
  if (selection.kind === 'node') return [selection.id];
  const edge = edges?.get(selection.id);
  return edge === undefined ? [] : [edge.source, edge.target];
}

function withId(ids: readonly string[], id: string): readonly string[] {
  return ids.includes(id) ? ids : [...ids, id];
}

function withoutId(ids: readonly string[], id: string): readonly string[] {
  return ids.filter((each) => each !== id);
}
