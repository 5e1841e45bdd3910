import type { FlowRecord } from '../../wire/flow.ts';
import { Columns } from './columns.ts';
import { compactColumns, type FlowEntry, type FlowStyle, tableColumns } from './flow-columns.ts';
import { type Paint, printable } from './terminal.ts';

/** The forms that are written for people; `json` and `cbor` go through as the server sent them. */
export const TEXT_FORMS = ['compact', 'table', 'wide', 'dict'] as const;
export type TextForm = (typeof TEXT_FORMS)[number];

export interface FlowFormat {
  form: TextForm;
  style: FlowStyle;
  headers: boolean;
  paint: Paint;
}

/** Gives the text of each batch of flows in turn: headers come once, columns keep their places. */
export function flowFormatter({ form, style, headers, paint }: FlowFormat): (entries: FlowEntry[]) => string {
  if (form === 'dict') return (entries) => entries.map((entry) => dict(entry, paint)).join('');
  const compact = form === 'compact';
  const columns = new Columns({
    columns: compact ? compactColumns(style) : tableColumns(style, form === 'wide'),
    separator: compact ? ' ' : '  ',
    paint,
    lineStyle: ({ flow }) => (flow.failure === undefined ? undefined : 'red'),
  });
  let wantsHeaders = headers && !compact;
  return (entries) => {
    // Headers without a flow would have no widths to keep to.
    if (entries.length === 0) return '';
    const text = columns.render(entries, wantsHeaders);
    wantsHeaders = false;
    return text;
  };
}

/** Every field by the contract's name, an empty line behind the last. */
function dict({ flow, event }: FlowEntry, paint: Paint): string {
  const fields = [...(event === undefined ? [] : [['type', event] as const]), ...flatten(flow, '')];
  const width = Math.max(...fields.map(([name]) => name.length));
  const lines = fields.map(([name, value]) => {
    const text = `${name.padStart(width)}: ${printable(value)}`;
    return `${name === 'failure' ? paint('red', text) : text}\n`;
  });
  return `${lines.join('')}\n`;
}

function flatten(record: FlowRecord | object, prefix: string): (readonly [string, string])[] {
  return Object.entries(record).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? flatten(value, `${prefix}${name}.`)
      : [[prefix + name, String(value)] as const],
  );
}
