import { batch, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { MapEdge, MapNode } from '../../map/types.ts';
import type { Point } from '../graph/geometry.ts';
import type { LayoutInput } from './arrange.ts';
import { type Boxes, type Hull, layoutBoxes } from './boxes.ts';
import { LayoutClient } from './layout-client.ts';
import { tween } from './tween.ts';

/** Places of nodes that are gone are kept for their return, up to this many. */
const MAX_REMEMBERED = 5000;
const MOVE_MS = 450;
/** More nodes are put in their places at once. */
const MAX_MOVING = 600;

/** Where each node is. Asks the worker for a layout only when nodes come that have no place yet. */
export class Positions {
  /** Where nodes are drawn now, on their way to their target. */
  readonly #shown = new Map<string, Signal<Point | undefined>>();
  readonly #targets = new Map<string, Point>();
  readonly #settled = signal(0);
  readonly #layout = new LayoutClient((positions) => this.#moveTo(positions));
  /** Boxes of the last layout: their places are taken. */
  #laidOut = new Set<string>();
  #boxes: Boxes = layoutBoxes([]);
  /** Frames of expanded nodes, by what is in them. */
  #frames = new Map<string, string>();
  #stopMove: (() => void) | undefined;

  /** Counts finished layouts: for those who fit the view to the map. */
  readonly settled: ReadonlySignal<number> = this.#settled;

  /** Undefined until the first layout that has the node. */
  of(id: string): ReadonlySignal<Point | undefined> {
    return this.#signalOf(id);
  }

  /** Where a node is or is going to be. */
  target(id: string): Point | undefined {
    return this.#targets.get(id);
  }

  /** The frames of expanded nodes; their middles are places by the id of the node. */
  get hulls(): readonly Hull[] {
    return this.#boxes.hulls;
  }

  update(nodes: readonly MapNode[], edges: readonly MapEdge[], aspect: number): void {
    const boxes = layoutBoxes(nodes);
    const grown = boxes.hulls.filter((hull) => this.#frames.get(hull.parent.id) !== contentOf(hull));
    const isKnown = boxes.boxes.every(({ id }) => this.#laidOut.has(id));
    if (isKnown && grown.length === 0 && boxes.hulls.length === this.#boxes.hulls.length) return;
    this.#forgetNeverPlaced(boxes);
    this.#ask(boxes, edges, () => {
      const known = boxes.boxes.flatMap(({ id }) => {
        const at = this.#targets.get(id);
        return at === undefined ? [] : [[id, at] as const];
      });
      return {
        previous: Object.fromEntries(known),
        placed: known.map(([id]) => id).filter((id) => this.#laidOut.has(id)),
        grown: grown.map(({ parent }) => parent.id),
        aspect,
      };
    });
  }

  /** Forgets all places and lays the map out from scratch. */
  arrangeAnew(nodes: readonly MapNode[], edges: readonly MapEdge[], aspect: number): void {
    this.#ask(layoutBoxes(nodes), edges, () => ({ previous: {}, placed: [], grown: [], aspect }));
  }

  #ask(
    boxes: Boxes,
    edges: readonly MapEdge[],
    rest: () => Pick<LayoutInput, 'previous' | 'placed' | 'grown' | 'aspect'>,
  ): void {
    this.#layout.request(() => {
      this.#boxes = boxes;
      this.#frames = new Map(boxes.hulls.map((hull) => [hull.parent.id, contentOf(hull)]));
      const links = edges
        .map(({ source, target }) => ({ source: boxes.boxOf(source), target: boxes.boxOf(target) }))
        .filter(({ source, target }) => source !== target);
      return { nodes: boxes.boxes, edges: links, ...rest() };
    });
  }

  close(): void {
    this.#stopMove?.();
    this.#layout.close();
  }

  #signalOf(id: string): Signal<Point | undefined> {
    const known = this.#shown.get(id);
    if (known !== undefined) return known;
    const fresh = signal<Point | undefined>(undefined);
    this.#shown.set(id, fresh);
    return fresh;
  }

  #moveTo(positions: Record<string, Point>): void {
    this.#stopMove?.();
    this.#laidOut = new Set(Object.keys(positions));
    const places = [...Object.entries(positions), ...this.#inside(positions)];
    const moves = places.map(([id, to]) => {
      const shown = this.#signalOf(id);
      // Last in, last to be forgotten.
      this.#targets.delete(id);
      this.#targets.set(id, to);
      return { shown, from: shown.peek() ?? to, to };
    });
    this.#forgetOldest();
    this.#stopMove = tween(moves.length > MAX_MOVING ? 0 : MOVE_MS, (share) =>
      batch(() => {
        for (const { shown, from, to } of moves) {
          const arrived = share === 1 || (from.x === to.x && from.y === to.y);
          shown.value = arrived
            ? to
            : { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
        }
      }),
    );
    this.#settled.value += 1;
  }

  #inside(positions: Record<string, Point>): [string, Point][] {
    return this.#boxes.hulls.flatMap(({ parent, children }) => {
      const middle = positions[parent.id];
      if (middle === undefined) return [];
      return [...children].map(([id, { x, y }]): [string, Point] => [
        id,
        { x: middle.x + x, y: middle.y + y },
      ]);
    });
  }

  /** Nodes that came and went while a layout ran. */
  #forgetNeverPlaced({ boxes, hulls }: Boxes): void {
    const wanted = new Set(boxes.map(({ id }) => id));
    for (const { children } of hulls) for (const id of children.keys()) wanted.add(id);
    for (const id of this.#shown.keys()) {
      if (!this.#targets.has(id) && !wanted.has(id)) this.#shown.delete(id);
    }
  }

  #forgetOldest(): void {
    for (const id of this.#targets.keys()) {
      if (this.#targets.size <= MAX_REMEMBERED) return;
      if (this.#laidOut.has(id)) return;
      this.#targets.delete(id);
      this.#shown.delete(id);
    }
  }
}

function contentOf({ width, height, children }: Hull): string {
  return [width, height, ...children.keys()].join(' ');
}
