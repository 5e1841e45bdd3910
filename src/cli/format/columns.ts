import type { Paint, Style } from './terminal.ts';

export interface Column<T> {
  header: string;
  align?: 'right';
  style?: Style;
  cell: (item: T) => string;
}

export interface Layout<T> {
  columns: readonly Column<T>[];
  separator: string;
  paint: Paint;
  /** Colors a whole line. */
  lineStyle?: (item: T) => Style | undefined;
}

/**
 * Lines up what comes in batches: the first batch sets the widths, and a later one may only widen them, so that a
 * followed stream does not jump.
 */
export class Columns<T> {
  readonly #layout: Layout<T>;
  readonly #widths: number[];

  constructor(layout: Layout<T>) {
    this.#layout = layout;
    this.#widths = layout.columns.map(() => 0);
  }

  /** Lines with their line ends; the headers above them when `headers`. */
  render(items: readonly T[], headers = false): string {
    const { columns, paint, lineStyle } = this.#layout;
    const titles = columns.map(({ header }) => header);
    const rows = items.map((item) => columns.map(({ cell }) => cell(item)));
    for (const row of headers ? [titles, ...rows] : rows) {
      for (const [i, text] of row.entries()) this.#widths[i] = Math.max(this.#widths[i] ?? 0, text.length);
    }

    let out = headers ? `${paint('bold', this.#pad(titles).join(this.#layout.separator).trimEnd())}\n` : '';
    for (const [i, item] of items.entries()) {
      const cells = this.#pad(rows[i] ?? []);
      const whole = lineStyle?.(item);
      const line = whole === undefined ? this.#styled(cells) : paint(whole, this.#joined(cells));
      out += `${line}\n`;
    }
    return out;
  }

  #pad(row: readonly string[]): string[] {
    return row.map((text, i) => {
      const width = this.#widths[i] ?? 0;
      return this.#layout.columns[i]?.align === 'right' ? text.padStart(width) : text.padEnd(width);
    });
  }

  #joined(cells: readonly string[]): string {
    return cells.join(this.#layout.separator).trimEnd();
  }

  #styled(cells: readonly string[]): string {
    const { columns, paint } = this.#layout;
    const styled = cells.map((text, i) => {
      const style = columns[i]?.style;
      return style === undefined || text.trim() === '' ? text : paint(style, text);
    });
    return this.#joined(styled);
  }
}
