import { useLayoutEffect, useRef } from 'preact/hooks';
import { holdsOthers } from '../../map/faces.ts';
import { edgeFacts, edgePorts, type Fact, nodeFacts } from '../graph/facts.ts';
import { usePage } from './page-context.ts';

const OFFSET = 14;
const EDGE_GAP = 8;

/** Figures of what is under the pointer or the keyboard's focus. */
export function Tooltip() {
  const page = usePage();
  const element = useRef<HTMLDivElement>(null);
  const hover = page.hover.value;
  const { graph } = page.feed.shown.value;

  useLayoutEffect(() => {
    const box = element.current;
    if (box === null || hover === undefined) return;
    const { width, height } = box.getBoundingClientRect();
    const left = Math.min(hover.x + OFFSET, innerWidth - width - EDGE_GAP);
    const below = hover.y + OFFSET;
    const top = below + height + EDGE_GAP > innerHeight ? hover.y - height - OFFSET : below;
    box.style.transform = `translate(${Math.max(left, EDGE_GAP)}px, ${Math.max(top, EDGE_GAP)}px)`;
  });

  if (hover === undefined || graph === undefined) return null;
  if (hover.kind === 'node') {
    const node = graph.nodes.get(hover.id);
    if (node === undefined) return null;
    return (
      <div ref={element} class="tooltip" role="tooltip">
        <h3>{node.name}</h3>
        <p class={`kind ${node.kind}`}>{node.kind}</p>
        <Facts facts={nodeFacts(node, page.rates.value.get(node.id))} />
        <p class="hint">
          {holdsOthers(node.kind) ? 'Double click: what is inside' : 'Double click: who is around'}
        </p>
      </div>
    );
  }
  const edge = graph.edges.get(hover.id);
  if (edge === undefined) return null;
  const name = (id: string) => graph.nodes.get(id)?.name ?? id;
  return (
    <div ref={element} class="tooltip" role="tooltip">
      <h3>
        {name(edge.source)} → {name(edge.target)}
      </h3>
      <p class="kind">{edgePorts(edge)}</p>
      <Facts facts={edgeFacts(edge)} />
    </div>
  );
}

export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl class="facts">
      {facts.map(({ label, value, alarming = false }) => (
        <div key={label} class={alarming ? 'alarming' : ''}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
