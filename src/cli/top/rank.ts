import type { ContainerRecord } from '../../wire/container.ts';
import type { FlowEntry } from './flow-book.ts';
import { type Containers, containerGroup, groupOf, type Named, type TopGroup } from './groups.ts';

/** One line of the table. Figures are of the flows that are open or closed within the window. */
export interface TopRow extends Named {
  /** Connections now, that were opened and that failed. */
  open: number;
  opened: number;
  failed: number;
  /** Bytes per second now. */
  sent: number;
  received: number;
  retransmits: number;
  /** The mean of the flows that measured one. */
  rttUs: number | undefined;
  /** Of its containers. */
  millicores: number | undefined;
  memoryBytes: number | undefined;
}

export const TOP_SORTS = [
  'name',
  'rate',
  'sent',
  'received',
  'open',
  'opened',
  'failed',
  'retransmits',
  'rtt',
  'cpu',
  'memory',
] as const;
export type TopSort = (typeof TOP_SORTS)[number];

export interface Ranking {
  group: TopGroup;
  sort: TopSort;
  /** Smallest first, and names from Z to A. */
  reverse: boolean;
  windowMs: number;
  nowMs: number;
}

interface Sum {
  row: TopRow;
  rttSum: number;
  rttCount: number;
}

/** The lines, in their order. */
export function rank(flows: Iterable<FlowEntry>, containers: Containers, ranking: Ranking): TopRow[] {
  const sums = new Map<string, Sum>();
  for (const container of containers.values()) {
    const known = containerGroup(container, ranking.group);
    if (known) addContainer(sumOf(sums, known).row, container);
  }
  for (const entry of flows)
    addFlow(sumOf(sums, groupOf(entry.flow, ranking.group, containers)), entry, ranking);
  const rows = Array.from(sums.values(), ({ row, rttSum, rttCount }) => ({
    ...row,
    rttUs: rttCount === 0 ? undefined : rttSum / rttCount,
  }));
  const sign = ranking.reverse ? -1 : 1;
  return rows.sort((a, b) => sign * compare(a, b, ranking.sort) || (a.key < b.key ? -1 : 1));
}

/** What all lines add up to. */
export function total(
  rows: readonly TopRow[],
): Pick<TopRow, 'open' | 'opened' | 'failed' | 'sent' | 'received'> {
  const sum = { open: 0, opened: 0, failed: 0, sent: 0, received: 0 };
  for (const row of rows) {
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += row[key];
  }
  return sum;
}

function sumOf(sums: Map<string, Sum>, { key, name }: Named): Sum {
  let sum = sums.get(key);
  if (sum === undefined) {
    const counts = { open: 0, opened: 0, failed: 0, sent: 0, received: 0, retransmits: 0 };
    const unknown = { rttUs: undefined, millicores: undefined, memoryBytes: undefined };
    sum = { row: { key, name, ...counts, ...unknown }, rttSum: 0, rttCount: 0 };
    sums.set(key, sum);
  }
  return sum;
}

function addContainer(row: TopRow, { cpu, memory }: ContainerRecord): void {
  const used = memory?.workingSetBytes ?? memory?.usageBytes;
  if (cpu?.millicores !== undefined) row.millicores = (row.millicores ?? 0) + cpu.millicores;
  if (used !== undefined) row.memoryBytes = (row.memoryBytes ?? 0) + used;
}

function addFlow(sum: Sum, { flow, openedMs, rate }: FlowEntry, { windowMs, nowMs }: Ranking): void {
  const { row } = sum;
  if (flow.state !== 'closed') row.open += 1;
  if (openedMs !== undefined && openedMs >= nowMs - windowMs) row.opened += 1;
  if (flow.failure !== undefined) row.failed += 1;
  if (nowMs <= rate.untilMs) {
    row.sent += rate.sent;
    row.received += rate.received;
  }
  row.retransmits += flow.retransmits ?? 0;
  if (flow.rttUs === undefined) return;
  sum.rttSum += flow.rttUs;
  sum.rttCount += 1;
}

/** The largest first, what is not known last. */
function compare(a: TopRow, b: TopRow, sort: TopSort): number {
  if (sort === 'name') return a.name === b.name ? 0 : a.name < b.name ? -1 : 1;
  return figureOf(b, sort) - figureOf(a, sort);
}

function figureOf(row: TopRow, sort: Exclude<TopSort, 'name'>): number {
  switch (sort) {
    case 'rate':
      return row.sent + row.received;
    case 'rtt':
      return row.rttUs ?? -1;
    case 'cpu':
      return row.millicores ?? -1;
    case 'memory':
      return row.memoryBytes ?? -1;
    default:
      return row[sort];
  }
}
