import { type ReadonlySignal, useComputed, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { formatCount, formatPlural } from '../format.ts';
import type { Selection } from '../graph/focus.ts';
import { edgeBows, nodeRadius } from '../graph/geometry.ts';
import { nodeBytes, type VisibleGraph } from '../graph/visible.ts';
import { nodeBox } from '../layout/node-box.ts';
import { Positions } from '../layout/positions.ts';
import { Legend } from './legend.tsx';
import { MapControls } from './map-controls.tsx';
import { MapEdgeLine } from './map-edge.tsx';
import { edgeLabelPlaces, FAR, shownNodeLabels } from './map-labels.ts';
import { MapNodeShape } from './map-node.tsx';
import { MapNotice } from './map-notice.tsx';
import { usePage } from './page-context.ts';
import { type Bounds, Viewport } from './viewport.ts';

/** With more busy edges running dots are noise, and cost. */
const MAX_ANIMATED_EDGES = 60;
/** Zoom in steps of this factor decides which labels fit, and how large shapes are. */
const ZOOM_STEP = 1.2;
/** Below this zoom shapes and lines shrink no further, up to a point. */
const SMALL = 0.34;
const MAX_BOOST = 1.6;

export function MapView() {
  const page = usePage();
  const svg = useRef<SVGSVGElement>(null);
  const { positions, viewport } = useMemo(
    () => ({ positions: new Positions(), viewport: new Viewport() }),
    [],
  );

  useEffect(() => {
    const element = svg.current;
    if (element === null) return;
    const detach = viewport.attach(element);
    const resized = new ResizeObserver(() => {
      if (!viewport.touched) showAll({ animate: false });
    });
    resized.observe(element);
    return () => {
      resized.disconnect();
      detach();
      positions.close();
    };
  }, []);

  const aspect = () => (svg.current?.clientWidth ?? 1) / Math.max(svg.current?.clientHeight ?? 1, 1);
  const showAll = (options: { animate: boolean }) => {
    const bounds = boundsOf(page.visible.peek(), positions);
    if (bounds !== undefined) viewport.fit(bounds, options);
  };

  useSignalEffect(() => {
    const visible = page.visible.value;
    if (visible !== undefined) positions.update(visible.nodes, visible.edges, aspect());
  });
  useSignalEffect(() => {
    const layouts = positions.settled.value;
    if (layouts > 0 && !viewport.touched) showAll({ animate: layouts > 1 });
  });
  useSignalEffect(() => {
    const { k } = viewport.transform.value;
    svg.current?.style.setProperty('--k', String(k));
    svg.current?.classList.toggle('mid', k < 0.72);
    svg.current?.classList.toggle('far', k < FAR);
  });

  // Bound to the attribute, so that panning draws nothing anew.
  const transform = useComputed(() => {
    const { x, y, k } = viewport.transform.value;
    return `translate(${x},${y}) scale(${k})`;
  });
  const zoom = useComputed(
    () => ZOOM_STEP ** Math.round(Math.log(viewport.transform.value.k) / Math.log(ZOOM_STEP)),
  );
  const visible = page.visible.value;
  return (
    <section class="map-panel" aria-label="Network map">
      <MapTitle visible={visible} />
      {/* biome-ignore lint/a11y/useSemanticElements: SVG is no fieldset. */}
      <svg
        ref={svg}
        class="map"
        role="group"
        // Listening to focus would make it a tab stop of its own.
        tabindex={-1}
        aria-label={visible === undefined ? 'Network map' : mapLabel(visible)}
        onClick={(event) => page.select(selectionAt(event.target))}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' && event.key !== ' ') return;
          const selection = selectionAt(event.target);
          if (selection === undefined) return;
          event.preventDefault();
          page.select(selection);
        }}
        onPointerMove={({ target, clientX, clientY, buttons }) => {
          const over = buttons === 0 ? selectionAt(target) : undefined;
          page.hover.value = over && { ...over, x: clientX, y: clientY };
        }}
        onPointerLeave={() => {
          page.hover.value = undefined;
        }}
        onFocusIn={({ target }) => {
          if (!(target instanceof Element) || !target.matches('[data-node]:focus-visible')) return;
          const focused = selectionAt(target);
          const at = focused && positions.target(focused.id);
          if (at !== undefined) viewport.reveal(at);
          const { right, bottom } = target.getBoundingClientRect();
          page.hover.value = focused && { ...focused, x: right, y: bottom };
        }}
        onFocusOut={() => {
          page.hover.value = undefined;
        }}
      >
        <g transform={transform}>
          {visible !== undefined && <Drawing visible={visible} positions={positions} zoom={zoom} />}
        </g>
      </svg>
      <Legend />
      <MapControls
        onZoom={(factor) => viewport.zoomBy(factor)}
        onFit={() => showAll({ animate: true })}
        onArrange={() => visible && positions.arrangeAnew(visible.nodes, visible.edges, aspect())}
      />
      <MapNotice />
    </section>
  );
}

interface DrawingProps {
  visible: VisibleGraph;
  positions: Positions;
  zoom: ReadonlySignal<number>;
}

function Drawing({ visible, positions, zoom }: DrawingProps) {
  const page = usePage();
  const boost = Math.min(Math.max(SMALL / zoom.value, 1), MAX_BOOST);
  const focus = page.focus.value;
  const { selection } = page.view.value;
  const byId = new Map(visible.nodes.map((node) => [node.id, node]));
  const bows = edgeBows(visible.edges);
  const busy = visible.edges.filter(({ rate }) => rate.forward + rate.backward > 0).length;
  const endOf = (id: string) => {
    const node = byId.get(id);
    return { name: node?.name ?? id, radius: boost * nodeRadius(node === undefined ? 0 : nodeBytes(node)) };
  };
  const layouts = positions.settled.value;
  const labels = useMemo(() => {
    const drawn = { visible, positions, bows, endOf, focus, zoom: zoom.value };
    return { edges: edgeLabelPlaces(drawn), nodes: shownNodeLabels(drawn) };
  }, [visible, focus, layouts, zoom.value]);
  // Drawn in the order of ids, not of weight: moving an element in the document would take its keyboard focus.
  const inOrder = <T extends { id: string }>(items: readonly T[]) =>
    [...items].sort((a, b) => (a.id < b.id ? -1 : 1));
  return (
    <>
      <g class="edges">
        {inOrder(visible.edges).map((edge) => (
          <MapEdgeLine
            key={edge.id}
            edge={edge}
            positions={positions}
            ends={{ source: endOf(edge.source), target: endOf(edge.target) }}
            bow={bows.get(edge.id) ?? 0}
            selected={selection?.kind === 'edge' && selection.id === edge.id}
            faded={focus !== undefined && !focus.edges.has(edge.id)}
            near={focus?.edges.has(edge.id) === true}
            labelAt={labels.edges.get(edge.id)}
            boost={boost}
            animated={busy <= MAX_ANIMATED_EDGES}
          />
        ))}
      </g>
      <g class="nodes">
        {inOrder(visible.nodes).map((node) => (
          <MapNodeShape
            key={node.id}
            node={node}
            positions={positions}
            selected={selection?.kind === 'node' && selection.id === node.id}
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

function MapTitle({ visible }: { visible: VisibleGraph | undefined }) {
  return (
    <div class="panel-title">
      <h2>Network map</h2>
      {visible !== undefined && (
        <p>
          {formatPlural(visible.nodes.length, 'node')}, {formatPlural(visible.edges.length, 'edge')}
        </p>
      )}
      {visible !== undefined && visible.hidden > 0 && (
        <p class="hidden-marker" title="Only the nodes with the most bytes are drawn. Search to see others.">
          hidden {formatCount(visible.hidden)}
        </p>
      )}
    </div>
  );
}

function mapLabel(visible: VisibleGraph): string {
  return `Network map, ${formatPlural(visible.nodes.length, 'node')}, ${formatPlural(visible.edges.length, 'edge')}`;
}

/** The node or edge that an element of the drawing is part of. */
function selectionAt(target: EventTarget | null): Selection | undefined {
  if (!(target instanceof Element)) return undefined;
  const element = target.closest<SVGElement>('[data-node], [data-edge]');
  const { node, edge } = element?.dataset ?? {};
  if (node !== undefined) return { kind: 'node', id: node };
  return edge === undefined ? undefined : { kind: 'edge', id: edge };
}

function boundsOf(visible: VisibleGraph | undefined, positions: Positions): Bounds | undefined {
  const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const node of visible?.nodes ?? []) {
    const at = positions.target(node.id);
    if (at === undefined) continue;
    const { width, height } = nodeBox(node, visible?.nodes.length ?? 0);
    bounds.left = Math.min(bounds.left, at.x - width / 2);
    bounds.right = Math.max(bounds.right, at.x + width / 2);
    bounds.top = Math.min(bounds.top, at.y - height / 2);
    bounds.bottom = Math.max(bounds.bottom, at.y + height / 2);
  }
  return bounds.left === Infinity ? undefined : bounds;
}
