import { keptFlows } from '../api/status.ts';
import { formatClock, formatCount } from '../format.ts';
import { hiddenCount } from '../graph/visible.ts';
import { usePage } from './page-context.ts';

export function Footer() {
  const page = usePage();
  const { graph } = page.feed.shown.value;
  const status = page.status.value;
  const flows = status && keptFlows(status);
  const lost = status?.lost;
  return (
    <footer class="footer">
      <dl>
        <Count label="flows" value={flows?.all} />
        <Count label="open" value={flows?.open} />
        <Count label="nodes" value={graph?.nodes.size} />
        <Count label="edges" value={graph?.edges.size} />
        <Count label="hidden" value={page.visible.value && hiddenCount(page.visible.value)} />
        <Count label="lost" value={lost} alarming={(lost ?? 0) > 0} />
      </dl>
      <p>
        {graph !== undefined && <span>updated {formatClock(graph.generatedAt)}</span>}
        {status !== undefined && <span>sysprobe {status.version}</span>}
      </p>
    </footer>
  );
}

interface CountProps {
  label: string;
  value: number | undefined;
  alarming?: boolean;
}

function Count({ label, value, alarming = false }: CountProps) {
  return (
    <div class={alarming ? 'alarming' : ''}>
      <dt>{label}</dt>
      <dd data-count={label}>{formatCount(value)}</dd>
    </div>
  );
}
