import type { ComponentChildren } from 'preact';
import type { Column, Sort } from '../table/sort.ts';

export interface DataTableProps<T, Id extends string> {
  label: string;
  class: string;
  columns: readonly Column<T, Id>[];
  rows: readonly T[];
  sort: Sort<Id>;
  rowOf(row: T): RowLook;
  onSort(column: Column<T, Id>): void;
  onOpen(row: T): void;
  /** What a cell holds, when it is more than its text. */
  cell?(column: Column<T, Id>, row: T): ComponentChildren;
  empty: string;
}

export interface RowLook {
  id: string;
  class: string;
  selected?: boolean;
}

/** A table that is sorted by its headers; rows are opened by a click or Enter and walked by the arrow keys. */
export function DataTable<T, Id extends string>(props: DataTableProps<T, Id>) {
  const { label, class: name, columns, rows, sort, empty } = props;
  return (
    <div class="table-scroll">
      <table
        class={`grid ${name}`}
        aria-label={label}
        aria-rowcount={rows.length}
        style={{ '--columns': columns.length }}
      >
        <colgroup>
          {columns.map(({ id }) => (
            <col key={id} class={id} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map((column) => (
              <HeadCell key={column.id} column={column} sort={sort} onSort={props.onSort} />
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={moveBetweenRows}>
          {rows.map((row, index) => {
            const look = props.rowOf(row);
            return (
              <tr
                key={look.id}
                class={look.class}
                data-row={look.id}
                aria-selected={look.selected === true}
                tabindex={index === 0 ? 0 : -1}
                onClick={() => props.onOpen(row)}
                onKeyDown={({ key }) => {
                  if (key === 'Enter') props.onOpen(row);
                }}
              >
                {columns.map((column) => (
                  <td
                    key={column.id}
                    class={`${column.id}${column.numeric ? ' numeric' : ''}`}
                    title={column.text(row)}
                  >
                    {props.cell?.(column, row) ?? column.text(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      {rows.length === 0 && <p class="table-empty">{empty}</p>}
    </div>
  );
}

function HeadCell<T, Id extends string>({
  column,
  sort,
  onSort,
}: {
  column: Column<T, Id>;
  sort: Sort<Id>;
  onSort(column: Column<T, Id>): void;
}) {
  const sorted = sort.column === column.id ? (sort.descending ? 'descending' : 'ascending') : undefined;
  return (
    <th scope="col" class={column.numeric ? 'numeric' : ''} aria-sort={sorted ?? 'none'}>
      <button type="button" onClick={() => onSort(column)}>
        {column.title}
        <span class="sort-mark" aria-hidden="true">
          {sorted === undefined ? '' : sorted === 'descending' ? '↓' : '↑'}
        </span>
      </button>
    </th>
  );
}

function moveBetweenRows(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const row = document.activeElement?.closest('tr');
  const next = event.key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling;
  if (!(next instanceof HTMLElement)) return;
  event.preventDefault();
  next.focus();
}
