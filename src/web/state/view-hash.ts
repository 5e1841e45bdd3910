import { parseGroup } from '../../map/group.ts';
import { FLOW_COLUMN_IDS } from '../flows/columns.ts';
import { METRIC_IDS } from '../graph/metrics.ts';
import { NOISE_IDS } from '../graph/noise.ts';
import { EDGE_COLUMN_IDS } from '../table/edge-columns.ts';
import { sortFromText, sortToText } from '../table/sort.ts';
import { lengthMs } from './time-window.ts';
import { DEFAULT_VIEW, TABS, type View } from './view.ts';

const MAX_QUERY = 500;
/** As many as the agent expands. */
const MAX_IDS = 100;
const MAX_HOPS = 2;
const MAX_QUIETER = 99;

/** Reads a location hash; what is missing or makes no sense is the default. */
export function viewFromHash(hash: string): View {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const text = (name: string) => params.get(name) || undefined;
  const ids = (name: string) => [...new Set(params.getAll(name).filter(Boolean))].slice(0, MAX_IDS);
  const one = <T extends string>(name: string, of: readonly T[]) => of.find((id) => id === params.get(name));
  const some = <T extends string>(name: string, of: readonly T[]) => {
    const wanted = params.get(name)?.split(',') ?? [];
    return of.filter((id) => wanted.includes(id));
  };
  const group = text('group');
  const [node, edge, focus] = [text('node'), text('edge'), text('focus')];
  const columns = some('columns', FLOW_COLUMN_IDS);
  return {
    group: group === undefined || parseGroup(group) === undefined ? undefined : group,
    query: (params.get('q') ?? '').slice(0, MAX_QUERY),
    selection: node ? { kind: 'node', id: node } : edge ? { kind: 'edge', id: edge } : undefined,
    expanded: ids('expand'),
    hidden: ids('hide'),
    pinned: ids('pin'),
    focus: focus === undefined ? undefined : { id: focus, hops: whole(params.get('hops'), MAX_HOPS) || 1 },
    noise: some('noise', NOISE_IDS),
    gather: params.get('gather') !== 'off',
    metric: one('metric', METRIC_IDS) ?? DEFAULT_VIEW.metric,
    quieter: whole(params.get('quieter'), MAX_QUIETER),
    tab: one('tab', TABS) ?? DEFAULT_VIEW.tab,
    sort: sortFromText(params.get('sort'), FLOW_COLUMN_IDS) ?? DEFAULT_VIEW.sort,
    edgeSort: sortFromText(params.get('edgesort'), EDGE_COLUMN_IDS) ?? DEFAULT_VIEW.edgeSort,
    columns: columns.length === 0 ? undefined : columns,
    since: lengthMs(text('since')) === undefined ? undefined : text('since'),
    until: Number.isNaN(Date.parse(text('until') ?? '')) ? undefined : text('until'),
  };
}

/** The location hash of a view, `''` for the default one. */
export function viewToHash(view: View): string {
  const params = new URLSearchParams();
  const set = (name: string, value: string | undefined, usual = '') => {
    if (value !== undefined && value !== usual) params.set(name, value);
  };
  set('group', view.group);
  set('q', view.query);
  if (view.selection !== undefined) set(view.selection.kind, view.selection.id);
  for (const id of view.expanded) params.append('expand', id);
  for (const id of view.hidden) params.append('hide', id);
  for (const id of view.pinned) params.append('pin', id);
  set('focus', view.focus?.id);
  set('hops', view.focus && String(view.focus.hops), '1');
  set('noise', view.noise.join(','));
  if (!view.gather) set('gather', 'off');
  set('metric', view.metric, DEFAULT_VIEW.metric);
  set('quieter', String(view.quieter), '0');
  set('tab', view.tab, DEFAULT_VIEW.tab);
  set('sort', sortToText(view.sort), sortToText(DEFAULT_VIEW.sort));
  set('edgesort', sortToText(view.edgeSort), sortToText(DEFAULT_VIEW.edgeSort));
  set('columns', view.columns?.join(','));
  set('since', view.since);
  set('until', view.until);
  const text = params.toString();
  return text === '' ? '' : `#${text}`;
}

/** A whole number from 0 to `max`. */
function whole(text: string | null, max: number): number {
  return text !== null && /^\d{1,3}$/.test(text) ? Math.min(Number(text), max) : 0;
}
