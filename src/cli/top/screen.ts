import { type Column, Columns } from '../format/columns.ts';
import { shortBytes, shortDuration } from '../format/numbers.ts';
import { type Paint, printable } from '../format/terminal.ts';
import { formatTime } from '../format/time.ts';
import { type TopRow, type TopSort, total } from './rank.ts';
import { KEYS, type TopView } from './view.ts';

/** One look at the server. */
export interface TopPicture {
  rows: readonly TopRow[];
  /** Milliseconds since the epoch. */
  nowMs: number;
  windowMs: number;
  server: string;
  /** What has to be said: the connection broke, something was lost. */
  notice: string | undefined;
}

export interface Size {
  columns: number;
  lines: number;
}

/** Lines above the first of the table: two of the summary, an empty one, and the headers. */
const HEAD_LINES = 4;
/** The name gives way first, for the figures beside it, but not all of it. */
const FIGURES_WIDTH = 86;
const LEAST_NAME = 16;

export function pageLines({ lines }: Size): number {
  return Math.max(1, lines - HEAD_LINES);
}

/** The lines of a whole screen, none longer than it is wide. */
export function screen(
  picture: TopPicture,
  view: TopView,
  { size, paint }: { size: Size; paint: Paint },
): string[] {
  const [summary, second] = summaryOf(picture, view);
  if (view.help)
    return [...head(summary, second, { size, paint }), ...helpLines(size.columns)].slice(0, size.lines);
  const shown = picture.rows.slice(view.scroll, view.scroll + pageLines(size));
  const [headers = '', ...lines] = tableLines(shown, view, size.columns);
  return [
    ...head(summary, second, { size, paint }),
    paint('bold', cut(headers, size.columns)),
    ...lines.map((line, i) => {
      const text = cut(line, size.columns);
      return (shown[i]?.failed ?? 0) > 0 ? paint('red', text) : text;
    }),
  ].slice(0, size.lines);
}

/** The same without a terminal: as wide as it is, every line. */
export function page(picture: TopPicture, view: TopView, limit = Number.POSITIVE_INFINITY): string {
  const lines = [...summaryOf(picture, view), '', ...tableLines(picture.rows.slice(0, limit), view)];
  return `${lines.join('\n')}\n`;
}

function summaryOf({ rows, nowMs, windowMs, server, notice }: TopPicture, view: TopView): [string, string] {
  const { open, opened, failed, sent, received } = total(rows);
  const time = formatTime(new Date(nowMs).toISOString(), { format: 'time', utc: false, now: () => nowMs });
  const order = view.reverse ? `${view.sort}, reversed` : view.sort;
  const state = view.paused ? '  PAUSED' : '';
  const span = shortDuration(windowMs * 1e6);
  return [
    `sysprobe top  ${time.slice(0, 8)}  by ${view.group}, sorted by ${order}${state}  ${server}`,
    notice === undefined
      ? `${open} open, ${opened} opened and ${failed} failed in ${span}  ↑${shortBytes(sent)}/s ↓${shortBytes(received)}/s`
      : printable(notice),
  ];
}

function head(summary: string, second: string, { size, paint }: { size: Size; paint: Paint }): string[] {
  return [paint('bold', cut(summary, size.columns)), cut(second, size.columns), ''];
}

/** Of columns that do not fit the last go: half a number is another one. That which is sorted by stays. */
function tableLines(rows: readonly TopRow[], view: TopView, width = Number.POSITIVE_INFINITY): string[] {
  const columns = columnsOf(view, Math.max(LEAST_NAME, width - FIGURES_WIDTH));
  let lines = linesOf(rows, columns);
  while (columns.length > 2 && lines.some(({ length }) => length > width)) {
    const last = columns.length - 1;
    columns.splice(/[△▽]$/.test(columns[last]?.header ?? '') ? last - 1 : last, 1);
    lines = linesOf(rows, columns);
  }
  return lines;
}

function linesOf(rows: readonly TopRow[], columns: readonly Column<TopRow>[]): string[] {
  const table = new Columns<TopRow>({ columns, separator: '  ', paint: (_, text) => text });
  return table.render(rows, true).trimEnd().split('\n');
}

function columnsOf({ group, sort, reverse }: TopView, nameWidth: number): Column<TopRow>[] {
  const mark = (name: TopSort) => (name === sort ? (reverse ? '△' : '▽') : '');
  const number = (header: string, name: TopSort, cell: (row: TopRow) => string): Column<TopRow> => {
    return { header: header + mark(name), align: 'right', cell };
  };
  return [
    { header: group.toUpperCase() + mark('name'), cell: ({ name }) => cut(name, nameWidth) },
    number('RATE', 'rate', ({ sent, received }) => `${shortBytes(sent + received)}/s`),
    number('SENT', 'sent', ({ sent }) => `${shortBytes(sent)}/s`),
    number('RECEIVED', 'received', ({ received }) => `${shortBytes(received)}/s`),
    number('OPEN', 'open', ({ open }) => String(open)),
    number('OPENED', 'opened', ({ opened }) => String(opened)),
    number('FAILED', 'failed', ({ failed }) => String(failed)),
    number('RETRANS', 'retransmits', ({ retransmits }) => String(retransmits)),
    number('RTT', 'rtt', ({ rttUs }) => (rttUs === undefined ? '-' : shortDuration(rttUs * 1000))),
    number('CPU', 'cpu', ({ millicores }) => (millicores === undefined ? '-' : `${millicores}m`)),
    number('MEMORY', 'memory', ({ memoryBytes }) =>
      memoryBytes === undefined ? '-' : shortBytes(memoryBytes),
    ),
  ];
}

function helpLines(columns: number): string[] {
  const width = Math.max(...KEYS.map(([keys]) => keys.length));
  return KEYS.map(([keys, does]) => cut(`  ${keys.padEnd(width)}  ${does}`, columns));
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text;
}
