import type { EventType } from '../../wire/messages.ts';
import { type Column, Columns } from './columns.ts';
import { type Paint, printable, type Style } from './terminal.ts';
import type { TimeStyle } from './time.ts';

/** The forms that are written for people; `json` and `cbor` go through as the server sent them. */
export const TEXT_FORMS = ['compact', 'table', 'wide', 'dict'] as const;
export type TextForm = (typeof TEXT_FORMS)[number];

/** A line of output: a record of a list, or what happened to it in a followed stream. */
export interface Entry<T> {
  record: T;
  event?: EventType | undefined;
}

export interface RecordStyle extends TimeStyle {
  /** Addresses instead of domain names, exact numbers instead of short ones. */
  numeric: boolean;
}

/** How records of one kind look. */
export interface RecordLayout<T> {
  compact(style: RecordStyle): Column<Entry<T>>[];
  table(style: RecordStyle, wide: boolean): Column<Entry<T>>[];
  /** Whether it is what one looks for when something does not work. */
  isBad(record: T): boolean;
}

export interface RecordFormat {
  form: TextForm;
  style: RecordStyle;
  headers: boolean;
  paint: Paint;
}

/** Gives the text of each batch of records in turn: headers come once, columns keep their places. */
export function recordFormatter<T extends object>(
  layout: RecordLayout<T>,
  { form, style, headers, paint }: RecordFormat,
): (entries: Entry<T>[]) => string {
  if (form === 'dict') return (entries) => entries.map((entry) => dict(entry, paint)).join('');
  const compact = form === 'compact';
  const columns = new Columns<Entry<T>>({
    columns: compact ? layout.compact(style) : layout.table(style, form === 'wide'),
    separator: compact ? ' ' : '  ',
    paint,
    lineStyle: ({ record }): Style | undefined => (layout.isBad(record) ? 'red' : undefined),
  });
  let wantsHeaders = headers && !compact;
  return (entries) => {
    // Headers without a record would have no widths to keep to.
    if (entries.length === 0) return '';
    const text = columns.render(entries, wantsHeaders);
    wantsHeaders = false;
    return text;
  };
}

/** Every field by the contract's name, an empty line behind the last. */
function dict({ record, event }: Entry<object>, paint: Paint): string {
  const fields = [...(event === undefined ? [] : [['type', event] as const]), ...flatten(record, '')];
  const width = Math.max(...fields.map(([name]) => name.length));
  const lines = fields.map(([name, value]) => {
    const text = `${name.padStart(width)}: ${printable(value)}`;
    return `${name === 'failure' ? paint('red', text) : text}\n`;
  });
  return `${lines.join('')}\n`;
}

function flatten(record: object, prefix: string): (readonly [string, string])[] {
  return Object.entries(record).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? flatten(value, `${prefix}${name}.`)
      : [[prefix + name, String(value)] as const],
  );
}
