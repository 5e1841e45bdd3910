import { painterOf } from '../draw/paint.ts';
import type { Palette } from '../draw/palette.ts';
import type { Scene } from '../draw/scene.ts';
import type { Bounds } from '../layout/bounds.ts';

const MARGIN = 20;
/** Pixels a unit of the map, as on a screen of high density. */
const DENSITY = 2;
/** What every browser's canvas takes. */
const MAX_SIDE = 8192;

export async function mapPng(
  scene: Scene,
  { bounds, palette }: { bounds: Bounds; palette: Palette },
): Promise<Blob> {
  const width = bounds.right - bounds.left + 2 * MARGIN;
  const height = bounds.bottom - bounds.top + 2 * MARGIN;
  const scale = Math.min(DENSITY, MAX_SIDE / width, MAX_SIDE / height);
  const canvas = new OffscreenCanvas(Math.ceil(width * scale), Math.ceil(height * scale));
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('the browser has no canvas to draw on');
  context.fillStyle = palette.of('panel');
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.setTransform(scale, 0, 0, scale, (MARGIN - bounds.left) * scale, (MARGIN - bounds.top) * scale);
  painterOf(scene, palette)(context);
  return canvas.convertToBlob({ type: 'image/png' });
}
