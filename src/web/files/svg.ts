import type { Palette } from '../draw/palette.ts';
import type { Frame, Scene, Shape, Strokes, Text } from '../draw/scene.ts';
import { nodeOutline } from '../graph/geometry.ts';
import type { Bounds } from '../layout/bounds.ts';

const MARGIN = 20;
const FONT = 'Inter, Segoe UI, Roboto, Liberation Sans, Arial, sans-serif';

/** The map as a file of its own: no style sheet, no script, nothing to fetch. */
export function mapSvg(
  scene: Scene,
  {
    bounds,
    palette,
    glyphs,
  }: { bounds: Bounds; palette: Palette; glyphs: Readonly<Record<Shape['kind'], string>> },
): string {
  const [left, top] = [bounds.left - MARGIN, bounds.top - MARGIN].map(Math.round) as [number, number];
  const width = Math.round(bounds.right - left + MARGIN);
  const height = Math.round(bounds.bottom - top + MARGIN);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${top} ${width} ${height}" width="${width}" height="${height}" font-family="${FONT}">`,
    '<title>sysprobe network map</title>',
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="${palette.of('panel')}"/>`,
    ...scene.frames.map((frame) => frameOf(frame, palette)),
    ...scene.strokes.map((strokes) => linesOf(strokes, palette)),
    ...scene.shapes.map((shape) => shapeOf(shape, palette, glyphs[shape.kind])),
    ...scene.texts.map((text) => textOf(text, palette)),
    '</svg>',
    '',
  ].join('\n');
}

function frameOf({ x, y, width, height, kind }: Frame, palette: Palette): string {
  const colour = palette.line(kind);
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="14" fill="none" stroke="${colour}" stroke-width="1.5" opacity="0.5"/>`;
}

function linesOf({ colour, width, alpha, dashed, lines, heads }: Strokes, palette: Palette): string {
  const look = `stroke="${palette.of(colour)}" stroke-width="${width}"${dashed ? ' stroke-dasharray="5 5"' : ''}`;
  return (
    `<g opacity="${alpha}"><path d="${lines}" fill="none" stroke-linecap="round" ${look}/>` +
    `<path d="${heads}" fill="${palette.of(colour)}"/></g>`
  );
}

function shapeOf(
  { x, y, kind, radius, alpha, selected, failed }: Shape,
  palette: Palette,
  glyph: string,
): string {
  const line = failed ? palette.of('alarm') : palette.line(kind);
  const fill = selected ? palette.line(kind) : palette.fill(kind);
  const sign = selected ? palette.of('panel') : palette.line(kind);
  const scale = (radius / 17).toFixed(2);
  return (
    `<g transform="translate(${x} ${y})" opacity="${alpha}"><path d="${nodeOutline(kind, radius)}" fill="${fill}" stroke="${line}" stroke-width="1.75"/>` +
    `<path d="${glyph}" transform="scale(${scale})" fill="none" stroke="${sign}" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/></g>`
  );
}

function textOf({ x, y, text, size, bold, colour, alpha }: Text, palette: Palette): string {
  const look = `font-size="${size.toFixed(1)}" font-weight="${bold ? 600 : 400}" fill="${palette.of(colour)}"`;
  const halo = `stroke="${palette.of('panel')}" stroke-width="${(size / 3).toFixed(1)}" stroke-linejoin="round" paint-order="stroke"`;
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="middle" opacity="${alpha}" ${look} ${halo}>${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
