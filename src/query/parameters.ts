import { SELECTORS } from '../lib/filter/query.ts';
import { refusedParameter } from './refusal.ts';

export interface Parameters {
  /** Each once. */
  own: ReadonlyMap<string, string>;
  /** The values of the parameter that may be repeated. */
  repeated: readonly string[];
  /** The rest, in its order: filters. */
  filters: readonly [string, string][];
}

/** What is asked has no newest and oldest. */
const OF_LISTS: ReadonlySet<string> = new Set(SELECTORS.map(({ name }) => name));

/** Tells the parameters of a question apart from its filters. Throws SP_QUERY_INVALID with the parameter and what it may be. */
export function takeApart(
  params: URLSearchParams,
  { of, names, repeatable }: { of: string; names: readonly string[]; repeatable?: string },
): Parameters {
  const own = new Map<string, string>();
  const repeated: string[] = [];
  const filters: [string, string][] = [];
  for (const [name, value] of params) {
    if (own.has(name)) throw refusedParameter(name, `${name} may be given once`);
    if (name === repeatable) repeated.push(value);
    else if (names.includes(name)) own.set(name, value);
    else if (OF_LISTS.has(name)) throw refusedParameter(name, `${name} is not a parameter of ${of}`, names);
    else filters.push([name, value]);
  }
  return { own, repeated, filters };
}
