import type { Filter } from './filter.ts';
import { SELECTORS } from './query.ts';

/** The filters as lines of a table in TypeScript, without the forms for one end. */
export function filterRows(filters: readonly Filter<never>[]): string {
  const names = new Set(filters.map(({ name }) => name));
  return filters
    .filter(({ name }) => !isOfOneEnd(name))
    .map(({ name, doc, allowed, implied }) => {
      const fields = field('name', name) + field('doc', doc) + field('allowed', allowed.join(', '));
      const ends = names.has(`from-${name}`) ? '    ends: true,\n' : '';
      return `  {\n${fields}${ends}${implied === undefined ? '' : '    implied: true,\n'}  },`;
    })
    .join('\n');
}

const LINE_WIDTH = 110;

/** As the formatter writes it. */
function field(name: string, value: string): string {
  const text = value.includes("'") ? JSON.stringify(value) : `'${value}'`;
  const line = `    ${name}: ${text},`;
  return line.length > LINE_WIDTH ? `    ${name}:\n      ${text},\n` : `${line}\n`;
}

function isOfOneEnd(name: string): boolean {
  return /^(from|to)-/.test(name);
}

/** The filters as a table in Markdown, a line for the three forms of one that names an end. */
export function filterTable(filters: readonly Filter<never>[]): string {
  const names = new Set(filters.map(({ name }) => name));
  const shown = filters.filter(({ name }) => !isOfOneEnd(name));
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
