import type { MapEdge, MapNode } from '../../map/types.ts';
import { formatBytes, formatCount, formatMicros, formatRate, formatShare } from '../format.ts';
import { failureCount, failureShare, failureText } from '../graph/health.ts';
import { metricOf } from '../graph/metrics.ts';
import { type Column, type Sort, sortRows } from './sort.ts';

export const EDGE_COLUMN_IDS = [
  'client',
  'server',
  'port',
  'rate',
  'sent',
  'received',
  'opened',
  'active',
  'failed',
  'share',
  'rtt',
  'connect',
  'retransmits',
] as const;

export type EdgeColumnId = (typeof EDGE_COLUMN_IDS)[number];
export type EdgeSort = Sort<EdgeColumnId>;

/** An edge of the map with its ends, as a row. */
export interface EdgeRow {
  readonly edge: MapEdge;
  readonly source: MapNode;
  readonly target: MapNode;
}

export type EdgeColumn = Column<EdgeRow, EdgeColumnId>;
type Read = (edge: MapEdge) => number | undefined;

function figure(
  id: EdgeColumnId,
  title: string,
  { read, format }: { read: Read; format: (value: number | undefined) => string },
): EdgeColumn {
  return { id, title, numeric: true, text: ({ edge }) => format(read(edge)), key: ({ edge }) => read(edge) };
}

const portText = ({ edge: { protocol, ports } }: EdgeRow) =>
  `${ports.slice(0, 3).join(', ')}${ports.length > 3 ? '…' : ''}/${protocol}`;

export const EDGE_COLUMNS: readonly EdgeColumn[] = [
  {
    id: 'client',
    title: 'Client',
    numeric: false,
    text: ({ source }) => source.name,
    key: ({ source }) => source.name,
  },
  {
    id: 'server',
    title: 'Server',
    numeric: false,
    text: ({ target }) => target.name,
    key: ({ target }) => target.name,
  },
  { id: 'port', title: 'Port', numeric: false, text: portText, key: portText },
  figure('rate', 'Now', { read: ({ rate }) => rate.forward + rate.backward, format: formatRate }),
  figure('sent', 'To server', { read: ({ bytes }) => bytes.forward, format: formatBytes }),
  figure('received', 'To client', { read: ({ bytes }) => bytes.backward, format: formatBytes }),
  figure('opened', 'Opened', { read: ({ connections }) => connections.opened, format: formatCount }),
  figure('active', 'Active', { read: ({ connections }) => connections.active, format: formatCount }),
  {
    ...figure('failed', 'Failed', { read: failureCount, format: formatCount }),
    text: ({ edge }) => failureText(edge) || '0',
  },
  figure('share', 'Failed %', { read: failureShare, format: formatShare }),
  figure('rtt', 'RTT p95', { read: metricOf('rtt').value, format: formatMicros }),
  figure('connect', 'Conn. p95', { read: metricOf('connect').value, format: formatMicros }),
  figure('retransmits', 'Retrans.', { read: ({ retransmits }) => retransmits, format: formatCount }),
];

export function sortEdges(rows: readonly EdgeRow[], sort: EdgeSort): EdgeRow[] {
  const tie = (a: EdgeRow, b: EdgeRow) => (a.edge.id < b.edge.id ? -1 : 1);
  return sortRows(rows, { columns: EDGE_COLUMNS, sort, tie });
}
