import { batch, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { MapEdge, MapNode } from '../../map/types.ts';
import type { Point } from '../graph/geometry.ts';
import { LayoutClient } from './layout-client.ts';
import { nodeBox } from './node-box.ts';
import { tween } from './tween.ts';

/** Places of nodes that are gone are kept for their return, up to this many. */
const MAX_REMEMBERED = 5000;
const MOVE_MS = 450;

/** Where each node is. Asks the worker for a layout only when nodes come that have no place yet. */
export class Positions {
  /** Where nodes are drawn now, on their way to their target. */
  readonly #shown = new Map<string, Signal<Point | undefined>>();
  readonly #targets = new Map<string, Point>();
  readonly #settled = signal(0);
  readonly #layout = new LayoutClient((positions) => this.#moveTo(positions));
  /** Nodes of the last layout: their places are taken. */
  #laidOut = new Set<string>();
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

  update(nodes: readonly MapNode[], edges: readonly MapEdge[], aspect: number): void {
    if (nodes.every(({ id }) => this.#laidOut.has(id))) return;
    this.#forgetNeverPlaced(new Set(nodes.map(({ id }) => id)));
    this.#layout.request(() => {
      const known = nodes.flatMap(({ id }) => {
        const at = this.#targets.get(id);
        return at === undefined ? [] : [[id, at] as const];
      });
      return {
        nodes: nodes.map((node) => nodeBox(node, nodes.length)),
        edges: links(edges),
        previous: Object.fromEntries(known),
        placed: known.map(([id]) => id).filter((id) => this.#laidOut.has(id)),
        aspect,
      };
    });
  }

  /** Forgets all places and lays the map out from scratch. */
  arrangeAnew(nodes: readonly MapNode[], edges: readonly MapEdge[], aspect: number): void {
    this.#layout.request(() => ({
      nodes: nodes.map((node) => nodeBox(node, nodes.length)),
      edges: links(edges),
      previous: {},
      placed: [],
      aspect,
    }));
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
    const moves = Object.entries(positions).map(([id, to]) => {
      const shown = this.#signalOf(id);
      // Last in, last to be forgotten.
      this.#targets.delete(id);
      this.#targets.set(id, to);
      return { shown, from: shown.peek() ?? to, to };
    });
    this.#forgetOldest();
    this.#stopMove = tween(MOVE_MS, (share) =>
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

  /** Nodes that came and went while a layout ran. */
  #forgetNeverPlaced(wanted: ReadonlySet<string>): void {
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

function links(edges: readonly MapEdge[]): { source: string; target: string }[] {
  return edges.map(({ source, target }) => ({ source, target }));
}
