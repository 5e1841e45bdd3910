import type { MapNodeKind } from '../../map/types.ts';
import { nodeOutline } from '../graph/geometry.ts';
import type { Palette } from './palette.ts';
import type { Scene, Shape } from './scene.ts';

const FONT = '-apple-system, "Segoe UI", Inter, Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif';

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

export interface Transform {
  readonly x: number;
  readonly y: number;
  readonly k: number;
}

/** Draws the scene again and again as the map is moved: the paths are made once. */
export function painterOf(scene: Scene, palette: Palette): (context: Context) => void {
  const strokes = scene.strokes.map(({ lines, heads, ...look }) => ({
    ...look,
    lines: new Path2D(lines),
    heads: new Path2D(heads),
  }));
  const shapes = shapePaths(scene.shapes);
  return (context) => {
    context.lineJoin = 'round';
    context.lineCap = 'round';
    for (const { x, y, width, height, kind } of scene.frames) {
      context.globalAlpha = 0.5;
      context.strokeStyle = palette.line(kind);
      context.lineWidth = 1.5;
      context.beginPath();
      context.roundRect(x, y, width, height, 14);
      context.stroke();
    }
    for (const { colour, width, alpha, dashed, lines, heads } of strokes) {
      context.globalAlpha = alpha;
      context.strokeStyle = context.fillStyle = palette.of(colour);
      context.lineWidth = width;
      context.setLineDash(dashed ? [5, 5] : []);
      context.stroke(lines);
      context.fill(heads);
    }
    context.setLineDash([]);
    for (const { look, path } of shapes) {
      context.globalAlpha = look.alpha;
      context.fillStyle = look.selected ? palette.line(look.kind) : palette.fill(look.kind);
      context.strokeStyle = look.failed ? palette.of('alarm') : palette.line(look.kind);
      context.lineWidth = 1.75;
      context.fill(path);
      context.stroke(path);
    }
    paintTexts(context, scene, palette);
    context.globalAlpha = 1;
  };
}

function paintTexts(context: Context, { texts }: Scene, palette: Palette): void {
  context.textAlign = 'center';
  context.strokeStyle = palette.of('panel');
  for (const { x, y, text, size, bold, colour, alpha } of texts) {
    context.globalAlpha = alpha;
    context.font = `${bold ? 600 : 400} ${size}px ${FONT}`;
    context.lineWidth = size / 3;
    context.strokeText(text, x, y);
    context.fillStyle = palette.of(colour);
    context.fillText(text, x, y);
  }
}

type Look = Pick<Shape, 'kind' | 'alpha' | 'selected' | 'failed'>;

/** One path for all shapes of one look. */
function shapePaths(shapes: readonly Shape[]): { look: Look; path: Path2D }[] {
  const byLook = new Map<string, { look: Look; path: Path2D }>();
  const outlines = new Map<string, Path2D>();
  for (const { kind, alpha, selected, failed, radius, x, y } of shapes) {
    const key = `${kind} ${alpha} ${selected} ${failed}`;
    let group = byLook.get(key);
    if (group === undefined) {
      group = { look: { kind, alpha, selected, failed }, path: new Path2D() };
      byLook.set(key, group);
    }
    group.path.addPath(outlineOf(kind, radius, outlines), new DOMMatrix([1, 0, 0, 1, x, y]));
  }
  return [...byLook.values()].sort((a, b) => a.look.alpha - b.look.alpha);
}

function outlineOf(kind: MapNodeKind, radius: number, known: Map<string, Path2D>): Path2D {
  const key = `${kind} ${Math.round(radius)}`;
  let outline = known.get(key);
  if (outline === undefined) {
    outline = new Path2D(nodeOutline(kind, Math.round(radius)));
    known.set(key, outline);
  }
  return outline;
}
