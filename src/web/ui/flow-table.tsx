import { FLOW_COLUMNS, type FlowColumn } from '../flows/columns.ts';
import type { Flow, FlowEnd } from '../flows/flow.ts';
import { formatAddress, formatPlural } from '../format.ts';
import { nextSort } from '../table/sort.ts';
import { DataTable } from './data-table.tsx';
import { usePage } from './page-context.ts';

export function FlowTable() {
  const page = usePage();
  const { flows, of } = page.rows.value;
  const shown = page.columns.value;
  return (
    <DataTable
      label="Flows"
      class="flows"
      columns={FLOW_COLUMNS.filter(({ id }) => shown.includes(id))}
      rows={flows}
      sort={page.view.value.sort}
      rowOf={(flow) => ({ id: flow.id, class: rowClass(flow) })}
      onSort={(column) =>
        page.change(({ sort }) => ({
          // The newest first, like the largest.
          sort: nextSort(sort, { ...column, numeric: column.numeric || column.id === 'time' }),
        }))
      }
      onOpen={(flow) => page.selectFlow(flow)}
      cell={flowCell}
      empty={of === 0 ? 'No flows yet.' : `None of the last ${formatPlural(of, 'flow')} fits.`}
    />
  );
}

function rowClass({ failure, state }: Flow): string {
  if (failure !== undefined) return 'failed';
  return state === 'closed' ? 'closed' : '';
}

function flowCell(column: FlowColumn, flow: Flow) {
  switch (column.id) {
    case 'source':
      return <Address end={flow.source} />;
    case 'dest':
      return <Address end={flow.dest} sign={roleSign(flow)} />;
    case 'state':
      return <span class="state-text">{column.text(flow)}</span>;
    default:
      return undefined;
  }
}

/** An address whose host is cut when there is no room: the port says more. */
function Address({ end, sign = '' }: { end: FlowEnd; sign?: string }) {
  const { port, ...host } = end;
  return (
    <span class="address">
      <span class="host">
        <span class="role">{sign}</span>
        {formatAddress(host)}
      </span>
      <span class="port">:{port}</span>
    </span>
  );
}

/** Who opened it: this side towards the destination, or the other way round. */
function roleSign(flow: Flow): string {
  if (flow.role === 'server' || flow.direction === 'incoming') return '← ';
  return flow.role === 'client' || flow.direction === 'outgoing' ? '→ ' : '';
}
