import { formatCount } from '../format.ts';
import { FlowTable } from './flow-table.tsx';
import { Inspector } from './inspector.tsx';
import { usePage } from './page-context.ts';

export function FlowPanel() {
  const page = usePage();
  const { flows, of } = page.rows.value;
  const { selection, query } = page.view.value;
  const filtered = selection !== undefined || query !== '';
  const matched = page.feed.shown.value.flows?.matched;
  return (
    <section class="flow-panel" aria-label="Flows">
      <Inspector />
      <div class="panel-title">
        <h2>Flows</h2>
        <p role="status">
          {filtered
            ? `${formatCount(flows.length)} shown`
            : `last ${formatCount(of)} of ${formatCount(matched)}`}
        </p>
      </div>
      <FlowTable />
    </section>
  );
}
