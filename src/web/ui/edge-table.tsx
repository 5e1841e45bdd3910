import { edgeHealth } from '../graph/health.ts';
import { toggleSelection } from '../state/view-changes.ts';
import { EDGE_COLUMNS, type EdgeColumn, type EdgeRow } from '../table/edge-columns.ts';
import { nextSort } from '../table/sort.ts';
import { DataTable } from './data-table.tsx';
import { usePage } from './page-context.ts';

/** The map as a table: who talks to whom, sorted by any figure, and for who cannot see the drawing. */
export function EdgeTable() {
  const page = usePage();
  const { selection, edgeSort } = page.view.value;
  return (
    <DataTable
      label="Edges of the map"
      class="edge-rows"
      columns={EDGE_COLUMNS}
      rows={page.edgeRows.value}
      sort={edgeSort}
      rowOf={({ edge }) => ({
        id: edge.id,
        class: edgeHealth(edge),
        selected: selection?.kind === 'edge' && selection.id === edge.id,
      })}
      onSort={(column) => page.change((view) => ({ edgeSort: nextSort(view.edgeSort, column) }))}
      onOpen={({ edge }) => page.change(toggleSelection({ kind: 'edge', id: edge.id }))}
      cell={edgeCell}
      empty="No edge is drawn."
    />
  );
}

function edgeCell(column: EdgeColumn, row: EdgeRow) {
  if (column.id !== 'failed' || edgeHealth(row.edge) === 'ok') return undefined;
  return <span class="state-text">{column.text(row)}</span>;
}
