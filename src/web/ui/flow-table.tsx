import { COLUMNS, type Column, type Sort } from '../flows/columns.ts';
import type { Flow, FlowEnd } from '../flows/flow.ts';
import { formatAddress, formatPlural } from '../format.ts';
import { usePage } from './page-context.ts';

export function FlowTable() {
  const page = usePage();
  const { flows, of } = page.rows.value;
  const { sort } = page.view.value;
  return (
    <div class="table-scroll">
      <table class="flows" aria-label="Flows" aria-rowcount={flows.length}>
        <colgroup>
          {COLUMNS.map(({ id }) => (
            <col key={id} class={id} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <HeadCell key={column.id} column={column} sort={sort} />
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={moveBetweenRows}>
          {flows.map((flow, index) => (
            <Row key={flow.id} flow={flow} first={index === 0} />
          ))}
        </tbody>
      </table>
      {flows.length === 0 && (
        <p class="table-empty">
          {of === 0 ? 'No flows yet.' : `None of the last ${formatPlural(of, 'flow')} fits.`}
        </p>
      )}
    </div>
  );
}

function HeadCell({ column, sort }: { column: Column; sort: Sort }) {
  const page = usePage();
  const sorted = sort.column === column.id ? (sort.descending ? 'descending' : 'ascending') : undefined;
  return (
    <th scope="col" class={column.numeric ? 'numeric' : ''} aria-sort={sorted ?? 'none'}>
      <button type="button" onClick={() => page.sortBy(column.id)}>
        {column.title}
        <span class="sort-mark" aria-hidden="true">
          {sorted === undefined ? '' : sorted === 'descending' ? '↓' : '↑'}
        </span>
      </button>
    </th>
  );
}

function Row({ flow, first }: { flow: Flow; first: boolean }) {
  const page = usePage();
  const failed = flow.failure !== undefined;
  return (
    <tr
      class={failed ? 'failed' : flow.state === 'closed' ? 'closed' : ''}
      data-flow={flow.id}
      tabindex={first ? 0 : -1}
      onClick={() => page.selectFlow(flow)}
      onKeyDown={({ key }) => {
        if (key === 'Enter') page.selectFlow(flow);
      }}
    >
      {COLUMNS.map((column) => (
        <td
          key={column.id}
          class={`${column.id}${column.numeric ? ' numeric' : ''}`}
          title={column.text(flow)}
        >
          <Cell column={column} flow={flow} />
        </td>
      ))}
    </tr>
  );
}

function Cell({ column, flow }: { column: Column; flow: Flow }) {
  switch (column.id) {
    case 'source':
      return <Address end={flow.source} />;
    case 'dest':
      return <Address end={flow.dest} sign={roleSign(flow)} />;
    case 'state':
      return <span class="state-text">{column.text(flow)}</span>;
    default:
      return <>{column.text(flow)}</>;
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

function moveBetweenRows(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const row = document.activeElement?.closest('tr');
  const next = event.key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling;
  if (!(next instanceof HTMLElement)) return;
  event.preventDefault();
  next.focus();
}
