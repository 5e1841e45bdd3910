export interface Sort<Id extends string> {
  readonly column: Id;
  readonly descending: boolean;
}

export interface Column<T, Id extends string> {
  readonly id: Id;
  readonly title: string;
  readonly numeric: boolean;
  readonly text: (row: T) => string;
  /** What rows are ordered by; absent = not known, always last. */
  readonly key: (row: T) => string | number | undefined;
}

const byText = new Intl.Collator('en', { numeric: true });

/** A new array in the order of `sort`. `tie` orders rows whose keys are equal. */
export function sortRows<T, Id extends string>(
  rows: readonly T[],
  { columns, sort, tie }: { columns: readonly Column<T, Id>[]; sort: Sort<Id>; tie: (a: T, b: T) => number },
): T[] {
  const column = columns.find(({ id }) => id === sort.column);
  if (column === undefined) return [...rows];
  const sign = sort.descending ? -1 : 1;
  return rows
    .map((row) => ({ row, key: column.key(row) }))
    .sort((a, b) => compareKeys(a.key, b.key, sign) || tie(a.row, b.row))
    .map(({ row }) => row);
}

function compareKeys(a: string | number | undefined, b: string | number | undefined, sign: number): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  if (typeof a === 'number' && typeof b === 'number') return (a - b) * sign;
  return byText.compare(String(a), String(b)) * sign;
}

/** The order after a click on a header: figures start with the largest, text with A. */
export function nextSort<T, Id extends string>(
  current: Sort<Id>,
  { id, numeric }: Pick<Column<T, Id>, 'id' | 'numeric'>,
): Sort<Id> {
  return {
    column: id,
    descending: current.column === id ? !current.descending : numeric,
  };
}

/** `-sent` is by sent bytes, the most first. */
export function sortToText({ column, descending }: Sort<string>): string {
  return `${descending ? '-' : ''}${column}`;
}

export function sortFromText<Id extends string>(
  text: string | null,
  ids: readonly Id[],
): Sort<Id> | undefined {
  const column = ids.find((id) => id === text?.replace(/^-/, ''));
  return column === undefined ? undefined : { column, descending: text?.startsWith('-') ?? false };
}
