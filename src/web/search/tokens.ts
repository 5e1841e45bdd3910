import { filterNamed } from './filters.ts';

/** One filter of flows; the agent decides what it matches. */
export interface FilterTerm {
  readonly name: string;
  /** Empty = what the bare name stands for. */
  readonly value: string;
  readonly negated: boolean;
}

/** What the reader searches for. */
export interface Search {
  readonly filters: readonly FilterTerm[];
  /** In lower case. All must be found on the map or in a row, in any order. */
  readonly words: readonly string[];
  /** None of them may be found. */
  readonly unwanted: readonly string[];
}

/**
 * Reads `namespace:shop port:5432 failure !pod:cart- nginx`: filters as the command line and the API take them, and
 * words. `!` negates, quotes keep spaces. A filter that still lacks its value is left out.
 */
export function parseSearch(query: string): Search {
  const filters: FilterTerm[] = [];
  const words: string[] = [];
  const unwanted: string[] = [];
  for (const [token] of query.matchAll(/(?:[^\s"]|"[^"]*"?)+/g)) {
    const negated = token.startsWith('!');
    const text = token.slice(negated ? 1 : 0).replaceAll('"', '');
    const [, name = text, value] = /^([^:=]*)[:=](.*)$/s.exec(text) ?? [];
    const filter = filterNamed(name.toLowerCase());
    if (filter === undefined || (value === undefined && !filter.implied)) {
      if (text !== '') (negated ? unwanted : words).push(text.toLowerCase());
    } else if (value !== '' || filter.implied) {
      filters.push({ name: name.toLowerCase(), value: value ?? '', negated });
    }
  }
  return { filters, words, unwanted };
}

/** Query parameters of the API, in the order that counts there. */
export function filterParams(filters: readonly FilterTerm[]): [string, string][] {
  return filters.flatMap(({ name, value, negated }): [string, string][] => [
    ...(negated ? [['not', 'true'] as [string, string]] : []),
    [name, value],
  ]);
}

/** The query with one more filter. */
export function withTerm(query: string, { name, value, negated }: FilterTerm): string {
  const quoted = /\s/.test(value) ? `"${value}"` : value;
  const term = `${negated ? '!' : ''}${name}${value === '' ? '' : `:${quoted}`}`;
  return query.trim() === '' ? term : `${query.trim()} ${term}`;
}
