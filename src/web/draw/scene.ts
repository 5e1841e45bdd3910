import type { MapNodeKind } from '../../map/types.ts';
import type { Selection } from '../graph/focus.ts';
import { edgeShape, edgeWidth, type Point } from '../graph/geometry.ts';
import { edgeHealth } from '../graph/health.ts';
import { nodeLabel, nodeSubtitle } from '../layout/node-box.ts';
import type { Drawn } from './drawn.ts';
import { edgeLabel, edgeLabelPlaces, FAR, labelScale, shownNodeLabels } from './labels.ts';
import type { Colour } from './palette.ts';

/** Lines of one look, in one path. */
export interface Strokes {
  readonly colour: Colour;
  readonly width: number;
  readonly alpha: number;
  readonly dashed: boolean;
  readonly lines: string;
  readonly heads: string;
}

export interface Shape extends Point {
  readonly id: string;
  readonly kind: MapNodeKind;
  readonly radius: number;
  readonly alpha: number;
  readonly selected: boolean;
  readonly failed: boolean;
}

export interface Text extends Point {
  readonly text: string;
  readonly size: number;
  readonly bold: boolean;
  readonly colour: Colour;
  readonly alpha: number;
}

export interface Frame extends Point {
  readonly width: number;
  readonly height: number;
  readonly kind: MapNodeKind;
}

/** A line to be hit by a pointer. */
export interface Line {
  readonly id: string;
  readonly points: readonly Point[];
}

/** The map as shapes, for the canvas and for the files that it is exported to. In units of the map. */
export interface Scene {
  readonly frames: readonly Frame[];
  readonly strokes: readonly Strokes[];
  readonly shapes: readonly Shape[];
  readonly texts: readonly Text[];
  readonly lines: readonly Line[];
}

const FADED_EDGE = 0.13;
const FADED_NODE = 0.22;
const CONTEXT_NODE = 0.5;
/** Widths are rounded to this, so that there are few looks. */
const WIDTH_STEP = 0.5;

export function sceneOf(drawn: Drawn, selection: Selection | undefined): Scene {
  const { strokes, lines } = edgesOf(drawn, selection);
  const shapes = shapesOf(drawn, selection);
  const texts = [...nodeTexts(drawn), ...edgeTexts(drawn), ...frameTexts(drawn)];
  return { frames: framesOf(drawn), strokes, shapes, texts, lines };
}

function edgesOf(drawn: Drawn, selection: Selection | undefined): Pick<Scene, 'strokes' | 'lines'> {
  const { visible, positions, bows, endOf, focus, metric, boost } = drawn;
  const looks = new Map<string, Omit<Strokes, 'lines' | 'heads'> & { lines: string[]; heads: string[] }>();
  const lines: Line[] = [];
  for (const edge of visible.edges) {
    const [from, to] = [positions.target(edge.source), positions.target(edge.target)];
    if (from === undefined || to === undefined) continue;
    const width = Math.round((edgeWidth(metric.value(edge) ?? 0, metric) * boost) / WIDTH_STEP) * WIDTH_STEP;
    const ends = { fromRadius: endOf(edge.source).radius, toRadius: endOf(edge.target).radius };
    const shape = edgeShape({ from, to, ...ends, width, bow: bows.get(edge.id) ?? 0 });
    const health = edgeHealth(edge);
    const isSelected = selection?.kind === 'edge' && selection.id === edge.id;
    const isBusy = edge.rate.forward + edge.rate.backward > 0;
    const colour = health !== 'ok' ? ALARMS[health] : isSelected ? 'accent' : isBusy ? 'edge-busy' : 'edge';
    const alpha = focus === undefined || focus.edges.has(edge.id) ? 1 : FADED_EDGE;
    const key = `${alpha} ${colour} ${width} ${health === 'broken'}`;
    let look = looks.get(key);
    if (look === undefined) {
      look = { colour, width, alpha, dashed: health === 'broken', lines: [], heads: [] };
      looks.set(key, look);
    }
    look.lines.push(shape.line);
    look.heads.push(shape.head);
    lines.push({ id: edge.id, points: shape.points });
  }
  const strokes = [...looks.values()]
    .sort((a, b) => a.alpha - b.alpha || Number(a.colour in LOUD) - Number(b.colour in LOUD))
    .map((look) => ({ ...look, lines: look.lines.join(''), heads: look.heads.join('') }));
  return { strokes, lines };
}

const ALARMS = { degraded: 'caution', failing: 'alarm', broken: 'alarm' } as const;
/** Drawn over the others. */
const LOUD = { caution: true, alarm: true, accent: true };

function shapesOf({ visible, positions, endOf, focus }: Drawn, selection: Selection | undefined): Shape[] {
  return visible.nodes.flatMap((node): Shape[] => {
    const at = positions.target(node.id);
    if (at === undefined) return [];
    const isContext = focus === undefined && visible.matches?.has(node.id) === false;
    return [
      {
        ...{ id: node.id, kind: node.kind, x: at.x, y: at.y, radius: endOf(node.id).radius },
        alpha: focus?.nodes.has(node.id) === false ? FADED_NODE : isContext ? CONTEXT_NODE : 1,
        selected: selection?.kind === 'node' && selection.id === node.id,
        failed: node.connections.failed > 0,
      },
    ];
  });
}

function nodeTexts(drawn: Drawn): Text[] {
  const { visible, positions, endOf, focus, zoom } = drawn;
  const shown = shownNodeLabels(drawn);
  const scale = labelScale(zoom);
  return visible.nodes.flatMap((node): Text[] => {
    const at = positions.target(node.id);
    if (at === undefined || !shown.has(node.id)) return [];
    const below = at.y + endOf(node.id).radius;
    const alpha = focus?.nodes.has(node.id) === false ? FADED_NODE : 1;
    const name: Text = {
      ...{ x: at.x, y: below + 14 * scale, text: nodeLabel(node), alpha },
      ...{ size: 12.5 * scale, bold: true, colour: 'ink' },
    };
    const subtitle = zoom < FAR ? '' : nodeSubtitle(node);
    if (subtitle === '') return [name];
    const line = { y: below + 27.5 * scale, size: 11 * scale, bold: false } as const;
    return [name, { ...name, ...line, text: subtitle, colour: 'ink-faint' }];
  });
}

function edgeTexts(drawn: Drawn): Text[] {
  const places = edgeLabelPlaces(drawn);
  const scale = labelScale(drawn.zoom);
  return drawn.visible.edges.flatMap((edge): Text[] => {
    const at = places.get(edge.id);
    const text = edgeLabel(edge, drawn.metric);
    if (at === undefined || text === '') return [];
    const health = edgeHealth(edge);
    const colour = health === 'ok' ? 'ink-soft' : ALARMS[health];
    return [
      { x: at.x, y: at.y + 3.5 * scale, text, size: 10.5 * scale, bold: health !== 'ok', colour, alpha: 1 },
    ];
  });
}

function framesOf({ positions }: Drawn): Frame[] {
  return positions.hulls.flatMap(({ parent, width, height }): Frame[] => {
    const at = positions.target(parent.id);
    if (at === undefined) return [];
    return [{ x: at.x - width / 2, y: at.y - height / 2, width, height, kind: parent.kind }];
  });
}

function frameTexts({ positions }: Drawn): Text[] {
  return positions.hulls.flatMap(({ parent, height }): Text[] => {
    const at = positions.target(parent.id);
    if (at === undefined) return [];
    const text = `${parent.name} (${parent.kind})`;
    return [
      { x: at.x, y: at.y - height / 2 + 17.5, text, size: 12, bold: true, colour: 'ink-soft', alpha: 1 },
    ];
  });
}
