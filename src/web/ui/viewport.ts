import { type Signal, signal } from '@preact/signals';
import { select } from 'd3-selection';
import { type ZoomBehavior, zoom, zoomIdentity, zoomTransform } from 'd3-zoom';
import type { Transform } from '../draw/paint.ts';
import type { Bounds } from '../layout/bounds.ts';
import { tween } from '../layout/tween.ts';

const MIN_ZOOM = 0.08;
const MAX_ZOOM = 4;
/** A handful of nodes must not fill the screen like a poster. */
const MAX_FIT_ZOOM = 1.25;
const MOVE_MS = 350;
/** Room for the panel's title, legend and buttons. */
const MARGIN = { left: 28, top: 52, right: 28, bottom: 92 };

/** Pan and zoom of the map's surface. */
export class Viewport {
  readonly transform: Signal<Transform> = signal({ x: 0, y: 0, k: 1 });
  readonly #zoom: ZoomBehavior<HTMLElement, unknown> = zoom<HTMLElement, unknown>().scaleExtent([
    MIN_ZOOM,
    MAX_ZOOM,
  ]);
  #surface: HTMLElement | undefined;
  #stopMove: (() => void) | undefined;
  #touched = false;

  /** Has the reader moved the map? Then it is not fitted any more until they ask. */
  get touched(): boolean {
    return this.#touched;
  }

  attach(surface: HTMLElement): () => void {
    this.#surface = surface;
    this.#zoom.on('zoom', (event: { transform: Transform; sourceEvent: unknown }) => {
      const { x, y, k } = event.transform;
      this.transform.value = { x, y, k };
      if (event.sourceEvent !== null) {
        this.#touched = true;
        this.#stopMove?.();
      }
    });
    select(surface).call(this.#zoom).on('dblclick.zoom', null);
    return () => {
      this.#stopMove?.();
      select(surface).on('.zoom', null);
      this.#surface = undefined;
    };
  }

  /** Shows all of `bounds`; from then on the map is fitted again when it grows. */
  fit(bounds: Bounds, options: { animate: boolean }): void {
    if (this.#surface === undefined) return;
    this.#touched = false;
    const { clientWidth, clientHeight } = this.#surface;
    const width = Math.max(clientWidth - MARGIN.left - MARGIN.right, 80);
    const height = Math.max(clientHeight - MARGIN.top - MARGIN.bottom, 80);
    const k = Math.max(
      Math.min(width / (bounds.right - bounds.left), height / (bounds.bottom - bounds.top), MAX_FIT_ZOOM),
      MIN_ZOOM,
    );
    const x = MARGIN.left + width / 2 - ((bounds.left + bounds.right) / 2) * k;
    const y = MARGIN.top + height / 2 - ((bounds.top + bounds.bottom) / 2) * k;
    this.#moveTo({ x, y, k }, options.animate ? MOVE_MS : 0);
  }

  zoomBy(factor: number): void {
    if (this.#surface === undefined) return;
    this.#touched = true;
    const { clientWidth, clientHeight } = this.#surface;
    const { x, y, k } = this.transform.peek();
    const next = Math.min(Math.max(k * factor, MIN_ZOOM), MAX_ZOOM);
    const centre = { x: clientWidth / 2, y: clientHeight / 2 };
    const scale = next / k;
    this.#moveTo(
      { x: centre.x - (centre.x - x) * scale, y: centre.y - (centre.y - y) * scale, k: next },
      MOVE_MS / 2,
    );
  }

  /** Moves a point of the map into sight, for the keyboard. */
  reveal(point: { x: number; y: number }): void {
    if (this.#surface === undefined) return;
    const { x, y, k } = this.transform.peek();
    const at = { x: point.x * k + x, y: point.y * k + y };
    const { clientWidth, clientHeight } = this.#surface;
    const dx = clampShift(at.x, MARGIN.left + 30, clientWidth - MARGIN.right - 30);
    const dy = clampShift(at.y, MARGIN.top + 20, clientHeight - MARGIN.bottom - 20);
    if (dx !== 0 || dy !== 0) this.#moveTo({ x: x + dx, y: y + dy, k }, MOVE_MS / 2);
  }

  #moveTo(target: Transform, durationMs: number): void {
    const surface = this.#surface;
    if (surface === undefined) return;
    this.#stopMove?.();
    const from = zoomTransform(surface);
    this.#stopMove = tween(durationMs, (share) => {
      const at = (key: 'x' | 'y' | 'k') => from[key] + (target[key] - from[key]) * share;
      this.#zoom.transform(select(surface), zoomIdentity.translate(at('x'), at('y')).scale(at('k')));
    });
  }
}

/** How far to move so that `value` is between `low` and `high`. */
function clampShift(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(high, low)) - value;
}
