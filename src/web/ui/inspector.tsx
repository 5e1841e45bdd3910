import type { MapEdge, MapNode } from '../../map/types.ts';
import { shorten } from '../format.ts';
import { edgeFacts, edgePorts, nodeFacts } from '../graph/facts.ts';
import { nodeOutline } from '../graph/geometry.ts';
import type { GraphState } from '../graph/state.ts';
import { nodeBytes } from '../graph/visible.ts';
import { select, toggleSelection } from '../state/view-changes.ts';
import { EdgeSignals, NodeLookups, NodeSignals } from './golden-signals.tsx';
import { Icon, KindGlyph } from './icons.tsx';
import { NodeActions } from './node-buttons.tsx';
import { NodeFailures } from './node-failures.tsx';
import { usePage } from './page-context.ts';
import { ProcessList } from './process-list.tsx';
import { Sparkline } from './sparkline.tsx';
import { Facts } from './tooltip.tsx';

/** What is selected: its figures, and its neighbours to go on to. */
export function Inspector() {
  const page = usePage();
  const { selection } = page.view.value;
  const { graph } = page.feed.shown.value;
  if (selection === undefined || graph === undefined) return null;
  const node = selection.kind === 'node' ? graph.nodes.get(selection.id) : undefined;
  const edge = selection.kind === 'edge' ? graph.edges.get(selection.id) : undefined;
  return (
    <section class="inspector" aria-label="Selection">
      {node !== undefined && <NodeCard node={node} graph={graph} />}
      {edge !== undefined && <EdgeCard edge={edge} graph={graph} />}
      {node === undefined && edge === undefined && (
        <p class="inspector-gone">The selected {selection.kind} is not on the map any more.</p>
      )}
      <button
        type="button"
        class="icon-button inspector-close"
        aria-label="Clear selection"
        title="Clear selection (Esc)"
        onClick={() => page.change(select(undefined))}
      >
        <Icon name="close" />
      </button>
    </section>
  );
}

function NodeCard({ node, graph }: { node: MapNode; graph: GraphState }) {
  const page = usePage();
  const edges = [...graph.edges.values()];
  const touching = edges.filter(({ source, target }) => source === node.id || target === node.id);
  const named = (ids: string[]) => [...new Set(ids)].flatMap((id) => graph.nodes.get(id) ?? []);
  const clients = named(edges.filter(({ target }) => target === node.id).map(({ source }) => source));
  const servers = named(edges.filter(({ source }) => source === node.id).map(({ target }) => target));
  const details: [string, string | number][] = Object.entries(node.detail ?? {});
  if (node.addresses !== undefined) details.push(['addresses', node.addresses.join(', ')]);
  return (
    <>
      <header>
        <NodeSign node={node} />
        <h2 title={node.name}>{node.name}</h2>
        <p>{node.kind}</p>
        <Sparkline edges={touching.map(({ id }) => id)} />
      </header>
      {details.length > 0 && (
        <p class="details">
          {details.map(([key, value]) => (
            <span key={key}>
              {DETAIL_TITLES[key] ?? key} <b title={String(value)}>{shortDetail(key, value)}</b>
            </span>
          ))}
        </p>
      )}
      <NodeActions node={node} />
      <Facts facts={nodeFacts(node, page.rates.value.get(node.id))} />
      <NodeSignals node={node} />
      <NodeFailures node={node} graph={graph} />
      <NodeLookups edges={touching.filter(({ source }) => source === node.id)} graph={graph} />
      <div class="neighbours">
        <Peers title="Clients" nodes={clients} />
        <Peers title="Servers" nodes={servers} />
      </div>
      <ProcessList node={node} />
    </>
  );
}

function EdgeCard({ edge, graph }: { edge: MapEdge; graph: GraphState }) {
  const source = graph.nodes.get(edge.source);
  const target = graph.nodes.get(edge.target);
  return (
    <>
      <header>
        {source !== undefined && <Peer node={source} />}
        <Icon name="arrow" />
        {target !== undefined && <Peer node={target} />}
        <p>{edgePorts(edge)}</p>
        <Sparkline edges={[edge.id]} />
      </header>
      <Facts facts={edgeFacts(edge)} />
      <EdgeSignals edge={edge} />
    </>
  );
}

const DETAIL_TITLES: Readonly<Record<string, string>> = { workloadKind: 'kind', exe: 'program' };
const MAX_DETAIL = 48;

/** Container ids are told apart by their first digits, as every runtime's own tools do. */
function shortDetail(key: string, value: string | number): string {
  return key === 'container' ? String(value).slice(0, 12) : shorten(String(value), MAX_DETAIL);
}

const MAX_PEERS = 6;

function Peers({ title, nodes }: { title: string; nodes: MapNode[] }) {
  if (nodes.length === 0) return null;
  const shown = nodes.toSorted((a, b) => nodeBytes(b) - nodeBytes(a)).slice(0, MAX_PEERS);
  return (
    <p>
      <span>{title}</span>
      {shown.map((node) => (
        <Peer key={node.id} node={node} />
      ))}
      {nodes.length > shown.length && <span>+{nodes.length - shown.length}</span>}
    </p>
  );
}

function Peer({ node }: { node: MapNode }) {
  const page = usePage();
  return (
    <button
      type="button"
      class="peer-button"
      title={node.name}
      onClick={() => page.change(toggleSelection({ kind: 'node', id: node.id }))}
    >
      <NodeSign node={node} />
      <span>{node.name}</span>
    </button>
  );
}

function NodeSign({ node }: { node: MapNode }) {
  return (
    <svg class={`swatch node ${node.kind}`} viewBox="-21 -21 42 42" width="20" height="20" aria-hidden="true">
      <path class="node-shape" d={nodeOutline(node.kind, 17)} />
      <g class="node-glyph">
        <KindGlyph kind={node.kind} />
      </g>
    </svg>
  );
}
