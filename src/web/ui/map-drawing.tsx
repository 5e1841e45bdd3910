import { useMemo } from 'preact/hooks';
import type { Drawn } from '../draw/drawn.ts';
import { edgeLabelPlaces, shownNodeLabels } from '../draw/labels.ts';
import { MapEdgeLine } from './map-edge.tsx';
import { HullFrame, HullTitle } from './map-hull.tsx';
import { MapNodeShape } from './map-node.tsx';
import { usePage } from './page-context.ts';

/** With more busy edges running dots are noise, and cost. */
const MAX_ANIMATED_EDGES = 60;

/** The map as SVG: each node and edge an element of its own, which takes focus and has a name. */
export function MapDrawing({ drawn }: { drawn: Drawn }) {
  const page = usePage();
  const { visible, positions, bows, endOf, focus, metric, zoom, boost } = drawn;
  const { selection, pinned } = page.view.value;
  const busy = visible.edges.filter(({ rate }) => rate.forward + rate.backward > 0).length;
  const layouts = positions.settled.value;
  const labels = useMemo(
    () => ({ edges: edgeLabelPlaces(drawn), nodes: shownNodeLabels(drawn) }),
    [visible, focus, metric, layouts, zoom],
  );
  return (
    <>
      <g class="hulls">
        {positions.hulls.map((hull) => (
          <HullFrame key={hull.parent.id} hull={hull} positions={positions} />
        ))}
      </g>
      <g class="edges">
        {inOrder(visible.edges).map((edge) => (
          <MapEdgeLine
            key={edge.id}
            edge={edge}
            positions={positions}
            ends={{ source: endOf(edge.source), target: endOf(edge.target) }}
            bow={bows.get(edge.id) ?? 0}
            metric={metric}
            selected={selection?.kind === 'edge' && selection.id === edge.id}
            faded={focus !== undefined && !focus.edges.has(edge.id)}
            near={focus?.edges.has(edge.id) === true}
            labelAt={labels.edges.get(edge.id)}
            boost={boost}
            animated={busy <= MAX_ANIMATED_EDGES}
          />
        ))}
      </g>
      {/* Over the edges, which would take its clicks. */}
      <g class="hull-titles">
        {positions.hulls.map((hull) => (
          <HullTitle key={hull.parent.id} hull={hull} positions={positions} />
        ))}
      </g>
      <g class="nodes">
        {inOrder(visible.nodes).map((node) => (
          <MapNodeShape
            key={node.id}
            node={node}
            positions={positions}
            selected={selection?.kind === 'node' && selection.id === node.id}
            pinned={pinned.includes(node.id)}
            faded={focus !== undefined && !focus.nodes.has(node.id)}
            context={focus === undefined && visible.matches?.has(node.id) === false}
            labelled={labels.nodes.has(node.id)}
            radius={endOf(node.id).radius}
          />
        ))}
      </g>
    </>
  );
}

/** In the order of ids, not of weight: moving an element in the document would take its keyboard focus. */
function inOrder<T extends { id: string }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => (a.id < b.id ? -1 : 1));
}
