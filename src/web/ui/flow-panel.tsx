import { useSignal } from '@preact/signals';
import { formatCount } from '../format.ts';
import { DnsPanel } from './dns-panel.tsx';
import { FlowTable } from './flow-table.tsx';
import { Inspector } from './inspector.tsx';
import { usePage } from './page-context.ts';
import { Tabs } from './tabs.tsx';

const TABS = { flows: 'Flows', dns: 'DNS' } as const;

export function FlowPanel() {
  const page = usePage();
  const tab = useSignal<keyof typeof TABS>('flows');
  return (
    <section class="flow-panel" aria-label={TABS[tab.value]}>
      <Inspector />
      <div class="panel-title">
        <Tabs titles={TABS} shown={tab} />
        {tab.value === 'flows' && <FlowCount />}
      </div>
      {tab.value === 'flows' ? <FlowTable /> : <DnsPanel view={page.dns} />}
    </section>
  );
}

function FlowCount() {
  const page = usePage();
  const { flows, of } = page.rows.value;
  const { selection, query } = page.view.value;
  const filtered = selection !== undefined || query !== '';
  const matched = page.feed.shown.value.flows?.matched;
  return (
    <p role="status">
      {filtered ? `${formatCount(flows.length)} shown` : `last ${formatCount(of)} of ${formatCount(matched)}`}
    </p>
  );
}
