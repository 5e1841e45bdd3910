import type { Filter } from './filter.ts';
import { SELECTORS } from './query.ts';

/** The filters as a table in Markdown, a line for the three forms of one that names an end. */
export function filterTable(filters: readonly Filter<never>[]): string {
  const names = new Set(filters.map(({ name }) => name));
  const shown = filters.filter(({ name }) => !/^(from|to)-/.test(name));
  const endsOf = ({ name }: Filter<never>) =>
    names.has(`from-${name}`) ? `\`from-${name}\`, \`to-${name}\`` : '';
  const anyEnds = shown.some((filter) => endsOf(filter) !== '');
  return table(
    ['Filter', ...(anyEnds ? ['Ends'] : []), 'Takes', 'Value'],
    shown.map((filter) => [
      `\`${filter.name}\``,
      ...(anyEnds ? [endsOf(filter)] : []),
      filter.kubernetes ? `${filter.doc}; needs Kubernetes metadata` : filter.doc,
      valuesOf(filter),
    ]),
  );
}

/** The parameters beside the filters, as a table in Markdown. */
export function selectorTable(): string {
  return table(
    ['Parameter', 'Takes', 'Value'],
    SELECTORS.map(({ name, doc, allowed }) => [`\`${name}\``, doc, allowed]),
  );
}

function valuesOf({ choice, allowed, implied }: Filter<never>): string {
  const values = choice ? allowed.map((value) => `\`${value}\``).join(', ') : allowed.join(', ');
  return implied === undefined ? values : `${values}; without one \`${implied}\``;
}

function table(head: string[], rows: string[][]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}
