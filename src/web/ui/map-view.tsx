import { type ReadonlySignal, useComputed, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { drawnMap } from '../draw/drawn.ts';
import { FAR } from '../draw/labels.ts';
import { pick } from '../draw/pick.ts';
import { type Scene, sceneOf } from '../draw/scene.ts';
import { formatPlural } from '../format.ts';
import type { Selection } from '../graph/focus.ts';
import type { VisibleGraph } from '../graph/visible.ts';
import { mapBounds } from '../layout/bounds.ts';
import { Positions } from '../layout/positions.ts';
import { select, toggleSelection } from '../state/view-changes.ts';
import { Chips } from './chips.tsx';
import { ExportMenu } from './export-menu.tsx';
import { Legend } from './legend.tsx';
import { MapCanvas } from './map-canvas.tsx';
import { MapControls } from './map-controls.tsx';
import { MapDrawing } from './map-drawing.tsx';
import { MapNotice } from './map-notice.tsx';
import { openNode, walk } from './node-actions.ts';
import { usePage } from './page-context.ts';
import { Viewport } from './viewport.ts';

/** With more nodes the map is a canvas: a document of so many elements is slow to move. */
const MAX_SVG_NODES = 600;
/** Zoom in steps of this factor decides which labels fit, and how large shapes are. */
const ZOOM_STEP = 1.2;

export function MapView({ theme }: { theme: string }) {
  const page = usePage();
  const surface = useRef<HTMLDivElement>(null);
  const scene = useRef<Scene | undefined>(undefined);
  const { positions, viewport } = useMemo(
    () => ({ positions: new Positions(), viewport: new Viewport() }),
    [],
  );
  const aspect = () => (surface.current?.clientWidth ?? 1) / Math.max(surface.current?.clientHeight ?? 1, 1);
  const showAll = (options: { animate: boolean }) => {
    const bounds = mapBounds(page.visible.peek()?.nodes ?? [], positions);
    if (bounds !== undefined) viewport.fit(bounds, options);
  };

  useEffect(() => {
    const element = surface.current;
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
    surface.current?.style.setProperty('--k', String(k));
    surface.current?.classList.toggle('mid', k < 0.72);
    surface.current?.classList.toggle('far', k < FAR);
  });

  const zoom = useComputed(
    () => ZOOM_STEP ** Math.round(Math.log(viewport.transform.value.k) / Math.log(ZOOM_STEP)),
  );
  const visible = page.visible.value;
  const asCanvas = (visible?.nodes.length ?? 0) > MAX_SVG_NODES;
  /** What is at a place of the window. */
  const at = ({ target, clientX, clientY }: MouseEvent): Selection | undefined => {
    if (scene.current === undefined) return selectionAt(target);
    const { left = 0, top = 0 } = surface.current?.getBoundingClientRect() ?? {};
    const { x, y, k } = viewport.transform.peek();
    // A click tells whole pixels, a move also parts of one, between which there may be another edge.
    const [column, row] = [Math.floor(clientX), Math.floor(clientY)];
    return pick(scene.current, { x: (column - left - x) / k, y: (row - top - y) / k }, k);
  };
  return (
    <section class="map-panel" aria-label="Network map">
      <div class="map-head">
        <div class="panel-title">
          <h2>Network map</h2>
          {visible !== undefined && <p>{mapSize(visible)}</p>}
        </div>
        <Chips />
        <ExportMenu positions={positions} />
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing is no fieldset. */}
      <div
        ref={surface}
        class="map-surface"
        role="group"
        // A drawing's nodes are tab stops of their own; a canvas has none.
        tabindex={asCanvas ? 0 : -1}
        aria-label={visible === undefined ? 'Network map' : `Network map, ${mapSize(visible)}`}
        onClick={(event) => {
          if (event.detail > 1) return;
          const selection = at(event);
          page.change(selection === undefined ? select(undefined) : toggleSelection(selection));
        }}
        onDblClick={(event) => {
          const selection = at(event);
          if (selection?.kind === 'node') openNode(page, selection.id);
        }}
        onKeyDown={(event) => {
          const focused = selectionAt(event.target) ?? (asCanvas ? page.view.peek().selection : undefined);
          if (walk(page, { key: event.key, focused, positions, surface: surface.current })) {
            event.preventDefault();
          }
        }}
        onPointerMove={(event) => {
          const over = event.buttons === 0 ? at(event) : undefined;
          page.hover.value = over && { ...over, x: event.clientX, y: event.clientY };
          surface.current?.classList.toggle('over', over !== undefined);
        }}
        onPointerLeave={() => {
          page.hover.value = undefined;
        }}
        onFocusIn={({ target }) => {
          if (!(target instanceof Element) || !target.matches('[data-node]:focus-visible')) return;
          const focused = selectionAt(target);
          const place = focused && positions.target(focused.id);
          if (place !== undefined) viewport.reveal(place);
          const { right, bottom } = target.getBoundingClientRect();
          page.hover.value = focused && { ...focused, x: right, y: bottom };
        }}
        onFocusOut={() => {
          page.hover.value = undefined;
        }}
      >
        {visible !== undefined && (
          <Drawing {...{ visible, positions, zoom, viewport, scene, asCanvas, theme }} />
        )}
      </div>
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
  viewport: Viewport;
  /** Holds what the canvas shows, for pointers; empty when it is no canvas. */
  scene: { current: Scene | undefined };
  asCanvas: boolean;
  theme: string;
}

function Drawing({ visible, positions, zoom, viewport, scene, asCanvas, theme }: DrawingProps) {
  const page = usePage();
  const drawn = drawnMap(page, { visible, positions, zoom: zoom.value });
  const { selection } = page.view.value;
  const layouts = positions.settled.value;
  // Bound to the attribute, so that panning draws nothing anew.
  const transform = useComputed(() => {
    const { x, y, k } = viewport.transform.value;
    return `translate(${x},${y}) scale(${k})`;
  });
  scene.current = useMemo(
    () => (asCanvas ? sceneOf(drawn, selection) : undefined),
    [asCanvas, visible, drawn.focus, drawn.metric, selection, layouts, zoom.value],
  );
  if (scene.current !== undefined)
    return <MapCanvas scene={scene.current} viewport={viewport} theme={theme} />;
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG is no fieldset.
    <svg class="map" role="group" aria-label="Nodes and edges">
      <g transform={transform}>
        <MapDrawing drawn={drawn} />
      </g>
    </svg>
  );
}

function mapSize({ nodes, edges }: VisibleGraph): string {
  return `${formatPlural(nodes.length, 'node')}, ${formatPlural(edges.length, 'edge')}`;
}

/** The node or edge that an element of the drawing is part of. */
function selectionAt(target: EventTarget | null): Selection | undefined {
  if (!(target instanceof Element)) return undefined;
  const element = target.closest<SVGElement>('[data-node], [data-edge]');
  const { node, edge } = element?.dataset ?? {};
  if (node !== undefined) return { kind: 'node', id: node };
  return edge === undefined ? undefined : { kind: 'edge', id: edge };
}
