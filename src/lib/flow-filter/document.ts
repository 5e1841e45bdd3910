import { FLOW_FILTERS, type FlowFilter } from './filters.ts';
import { FLOW_SELECTORS } from './query.ts';

/** The filters as a table in Markdown, a line for the three forms of one that names an end. */
export function filterTable(): string {
  const names = new Set(FLOW_FILTERS.map(({ name }) => name));
  const shown = FLOW_FILTERS.filter(({ name }) => !/^(from|to)-/.test(name));
  return table(
    ['Filter', 'Ends', 'Takes', 'Value'],
    shown.map((filter) => [
      `\`${filter.name}\``,
      names.has(`from-${filter.name}`) ? `\`from-${filter.name}\`, \`to-${filter.name}\`` : '',
      filter.kubernetes ? `${filter.doc}; needs Kubernetes metadata` : filter.doc,
      valuesOf(filter),
    ]),
  );
}

/** The parameters beside the filters, as a table in Markdown. */
export function selectorTable(): string {
  return table(
    ['Parameter', 'Takes', 'Value'],
    FLOW_SELECTORS.map(({ name, doc, allowed }) => [`\`${name}\``, doc, allowed]),
  );
}

function valuesOf({ choice, allowed, implied }: FlowFilter): string {
  const values = choice ? allowed.map((value) => `\`${value}\``).join(', ') : allowed.join(', ');
  return implied === undefined ? values : `${values}; without one \`${implied}\``;
}

function table(head: string[], rows: string[][]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}
