import { AGENT_LOSSES, PROBE_LOSSES } from '../../wire/losses.ts';
import type { Status } from '../../wire/status.ts';
import { type Column, Columns } from './columns.ts';
import { shortBytes, shortDuration } from './numbers.ts';
import { type Paint, printable, type Style } from './terminal.ts';

/** What both programs tell of themselves; the agent says that it is one. */
export type ServerStatus = Omit<Status, 'bootId'> & { program?: string };

/** Is it working, what is on, how full is it, what was lost. */
export function statusText(status: ServerStatus, paint: Paint): string {
  const {
    program = 'system-probe',
    version,
    pid,
    uptimeSeconds,
    kernel,
    binding,
    sources,
    tables,
    replay,
    readers,
  } = status;
  const section = <T>(title: string, items: readonly T[], layout: Section<T>): string => {
    const columns = [{ header: '', cell: () => ' ' }, ...layout.columns];
    const { lineStyle = () => undefined } = layout;
    const text = new Columns({ columns, separator: ' ', paint, lineStyle }).render(items);
    return `${paint('bold', title)}\n${text || '  none\n'}`;
  };
  const calls = binding === undefined ? '' : `, binding ${binding}`;
  const meanings = program === 'node-agent' ? AGENT_LOSSES : PROBE_LOSSES;
  const losses = Object.entries(status.loss).filter(([, count]) => count > 0);
  return [
    `${program} ${version}, pid ${pid}, up ${shortDuration(uptimeSeconds * 1e9)}, Linux ${kernel.release} ${kernel.arch}${calls}\n`,
    section('sources', sources, {
      columns: [
        left(({ name }) => name),
        left(({ state }) => state),
        left(({ hook, reason }) => [hook, reason].filter((part) => part !== undefined).join(': ')),
      ],
      lineStyle: ({ state }) => STATE_STYLES[state],
    }),
    section('tables', tables, {
      columns: [
        left(({ name }) => name),
        right(({ used }) => String(used)),
        left(({ max }) => `of ${max}`),
        right(({ evicted }) => String(evicted)),
        left(() => 'evicted'),
      ],
    }),
    section('replay', [replay], {
      columns: [
        left(({ events, maxEvents }) => `${events} of ${maxEvents} events,`),
        left(({ bytes, maxBytes }) => `${shortBytes(bytes)}B of ${shortBytes(maxBytes)}B`),
      ],
    }),
    section('readers', readers, {
      columns: [
        right(({ id }) => `#${id}`),
        left(({ form }) => printable(form)),
        left(({ lag }) => `${lag} behind,`),
        left(({ lost }) => `${lost} lost`),
      ],
      lineStyle: ({ lost }) => (lost > 0 ? 'red' : undefined),
    }),
    section('losses', losses, {
      columns: [
        left(([name]) => name),
        right(([, count]) => String(count)),
        left(([name]) => meanings[name]?.replaceAll('`', '') ?? ''),
      ],
      lineStyle: () => 'red',
    }),
  ].join('');
}

const STATE_STYLES: Record<Status['sources'][number]['state'], Style> = {
  on: 'green',
  degraded: 'yellow',
  off: 'red',
};

interface Section<T> {
  columns: Column<T>[];
  lineStyle?: (item: T) => Style | undefined;
}

function left<T>(cell: (item: T) => string): Column<T> {
  return { header: '', cell };
}

function right<T>(cell: (item: T) => string): Column<T> {
  return { header: '', align: 'right', cell };
}
