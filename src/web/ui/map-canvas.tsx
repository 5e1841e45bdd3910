import { useSignalEffect } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { painterOf } from '../draw/paint.ts';
import { readPalette } from '../draw/palette.ts';
import type { Scene } from '../draw/scene.ts';
import type { Viewport } from './viewport.ts';

export interface MapCanvasProps {
  scene: Scene;
  viewport: Viewport;
  theme: string;
}

/** The map as a picture: for more nodes than a document takes. The table of edges has the same for who cannot see it. */
export function MapCanvas({ scene, viewport, theme }: MapCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef(0);
  const paint = useMemo(() => painterOf(scene, readPalette()), [scene, theme]);

  const draw = () => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element === null || !context) return;
    const ratio = devicePixelRatio;
    const { clientWidth, clientHeight } = element;
    const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
    if (element.width !== width) element.width = width;
    if (element.height !== height) element.height = height;
    const { x, y, k } = viewport.transform.peek();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.setTransform(k * ratio, 0, 0, k * ratio, x * ratio, y * ratio);
    paint(context);
  };
  const drawSoon = () => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(draw);
  };
  useSignalEffect(() => {
    void viewport.transform.value;
    drawSoon();
  });
  useEffect(() => {
    drawSoon();
    const resized = new ResizeObserver(drawSoon);
    if (canvas.current !== null) resized.observe(canvas.current);
    return () => {
      resized.disconnect();
      cancelAnimationFrame(frame.current);
    };
  }, [paint]);
  return (
    <canvas
      ref={canvas}
      class="map-canvas"
      role="img"
      aria-label="Network map: the same as the table of edges"
    />
  );
}
