import { MAP_GROUPS, type MapGroup } from '../../map/types.ts';
import { COLUMN_IDS, type ColumnId, type Sort } from '../flows/columns.ts';
import type { Selection } from '../graph/focus.ts';

/** What the reader looks at: all of it is in the address bar, so that a reload or a sent link shows the same. */
export interface View {
  readonly group: MapGroup;
  readonly query: string;
  readonly selection: Selection | undefined;
  readonly sort: Sort;
}

export const DEFAULT_VIEW: View = {
  group: 'process',
  query: '',
  selection: undefined,
  sort: { column: 'time', descending: true },
};

const MAX_QUERY = 200;

/** Reads a location hash; what is missing or makes no sense is the default. */
export function viewFromHash(hash: string): View {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const group = params.get('group');
  const node = params.get('node');
  const edge = params.get('edge');
  return {
    group: MAP_GROUPS.find((name) => name === group) ?? DEFAULT_VIEW.group,
    query: (params.get('q') ?? '').slice(0, MAX_QUERY),
    selection: node ? { kind: 'node', id: node } : edge ? { kind: 'edge', id: edge } : undefined,
    sort: sortFromText(params.get('sort')),
  };
}

/** The location hash of a view, `''` for the default one. */
export function viewToHash(view: View): string {
  const params = new URLSearchParams();
  if (view.group !== DEFAULT_VIEW.group) params.set('group', view.group);
  if (view.query !== '') params.set('q', view.query);
  if (view.selection !== undefined) params.set(view.selection.kind, view.selection.id);
  const sort = sortToText(view.sort);
  if (sort !== sortToText(DEFAULT_VIEW.sort)) params.set('sort', sort);
  const text = params.toString();
  return text === '' ? '' : `#${text}`;
}

/** `-sent` is by sent bytes, the most first. */
function sortToText({ column, descending }: Sort): string {
  return `${descending ? '-' : ''}${column}`;
}

function sortFromText(text: string | null): Sort {
  const descending = text?.startsWith('-') ?? false;
  const name = text?.replace(/^-/, '');
  const column = COLUMN_IDS.find((id): id is ColumnId => id === name);
  return column === undefined ? DEFAULT_VIEW.sort : { column, descending };
}
