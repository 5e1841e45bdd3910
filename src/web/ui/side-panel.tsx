import { FLOW_COLUMNS } from '../flows/columns.ts';
import { formatCount, formatPlural } from '../format.ts';
import type { Tab } from '../state/view.ts';
import { toggleColumn } from '../state/view-changes.ts';
import { DnsPanel } from './dns-panel.tsx';
import { EdgeTable } from './edge-table.tsx';
import { FlowTable } from './flow-table.tsx';
import { Icon } from './icons.tsx';
import { Inspector } from './inspector.tsx';
import { Menu } from './menu.tsx';
import { usePage } from './page-context.ts';
import { Tabs } from './tabs.tsx';

const TITLES: Readonly<Record<Tab, string>> = { flows: 'Flows', edges: 'Edges', dns: 'DNS' };

/** What is selected, and below it the same part of the map as tables. */
export function SidePanel() {
  const page = usePage();
  const { tab } = page.view.value;
  return (
    <section class="side-panel" aria-label="Details">
      <Inspector />
      <div class="panel-title">
        <Tabs titles={TITLES} shown={tab} onShow={(id) => page.change(() => ({ tab: id }))} />
        {tab === 'flows' && <FlowCount />}
        {tab === 'edges' && <EdgeCount />}
        {tab === 'flows' && <ColumnMenu />}
      </div>
      {tab === 'flows' && <FlowTable />}
      {tab === 'edges' && <EdgeTable />}
      {tab === 'dns' && <DnsPanel view={page.dns} />}
    </section>
  );
}

function FlowCount() {
  const page = usePage();
  const { flows, of } = page.rows.value;
  const { selection, query } = page.view.value;
  const matched = page.feed.shown.value.flows?.matched;
  const filtered = selection !== undefined || query !== '';
  return (
    <p role="status">
      {filtered ? `${formatCount(flows.length)} shown` : `last ${formatCount(of)} of ${formatCount(matched)}`}
    </p>
  );
}

function EdgeCount() {
  return <p role="status">{formatPlural(usePage().edgeRows.value.length, 'edge')}</p>;
}

function ColumnMenu() {
  const page = usePage();
  const shown = page.columns.value;
  return (
    <Menu class="to-left small" title="Choose columns" label={<Icon name="columns" />}>
      <fieldset class="choices">
        <legend>Columns</legend>
        {FLOW_COLUMNS.map(({ id, title }) => (
          <label key={id}>
            <input
              type="checkbox"
              checked={shown.includes(id)}
              onChange={() => page.change(toggleColumn(id, shown))}
            />
            <span>{title}</span>
          </label>
        ))}
      </fieldset>
    </Menu>
  );
}
