import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { MapChange, MapGraph } from '../../map/types.ts';
import type { FlowsAnswer } from '../flows/flow.ts';
import { applyChange, changeSize, type GraphState, graphFromSnapshot } from '../graph/state.ts';

/** More new flows than this are not told apart while paused. */
const MAX_WAITING = 10_000;

export interface Shown {
  readonly graph: GraphState | undefined;
  readonly flows: FlowsAnswer | undefined;
}

export interface Waiting {
  /** Entries of the map that changed, and flows that came, since the pause. */
  readonly changes: number;
  readonly flows: number;
}

const NOTHING: Waiting = { changes: 0, flows: 0 };

/** The data of the page: what came in, and, while paused, what was there at the pause. */
export class Feed {
  readonly #live = signal<Shown>({ graph: undefined, flows: undefined });
  readonly #frozen = signal<Shown | undefined>(undefined);
  readonly #waiting = signal<Waiting>(NOTHING);
  #seen = new Set<string>();
  /** Of what was asked for during a pause, the first that comes is shown. */
  #awaited = { graph: false, flows: false };

  readonly shown: ReadonlySignal<Shown> = computed(() => this.#frozen.value ?? this.#live.value);
  readonly paused: ReadonlySignal<boolean> = computed(() => this.#frozen.value !== undefined);
  readonly waiting: ReadonlySignal<Waiting> = computed(() => this.#waiting.value);

  pause(): void {
    this.#seen = new Set(this.#live.peek().flows?.flows.map(({ id }) => id));
    this.#frozen.value = this.#live.peek();
  }

  resume(): void {
    batch(() => {
      this.#frozen.value = undefined;
      this.#waiting.value = NOTHING;
    });
    this.#seen.clear();
    this.#awaited = { graph: false, flows: false };
  }

  /** Another question was asked: while paused, the first answer to it is shown, and held. */
  expect(...what: ('graph' | 'flows')[]): void {
    if (this.#frozen.peek() === undefined) return;
    for (const each of what) this.#awaited[each] = true;
  }

  /** Drops everything, as when the map is grouped in another way: also ends a pause. */
  reset(): void {
    this.resume();
    this.#live.value = { graph: undefined, flows: this.#live.peek().flows };
  }

  takeSnapshot(graph: MapGraph): void {
    this.#live.value = { ...this.#live.peek(), graph: graphFromSnapshot(graph) };
    this.#hold('graph');
  }

  /** A change that comes before any snapshot has nothing to change and is ignored. */
  takeChange(change: MapChange): void {
    const { graph, flows } = this.#live.peek();
    if (graph === undefined) return;
    this.#live.value = { graph: applyChange(graph, change), flows };
    if (this.#frozen.peek() !== undefined) this.#addWaiting({ changes: changeSize(change), flows: 0 });
  }

  takeFlows(flows: FlowsAnswer): void {
    this.#live.value = { ...this.#live.peek(), flows };
    if (this.#frozen.peek() === undefined || this.#hold('flows')) return;
    let fresh = 0;
    for (const { id } of flows.flows) {
      if (this.#seen.has(id) || this.#seen.size >= MAX_WAITING) continue;
      this.#seen.add(id);
      fresh += 1;
    }
    this.#addWaiting({ changes: 0, flows: fresh });
  }

  #hold(what: 'graph' | 'flows'): boolean {
    const frozen = this.#frozen.peek();
    if (frozen === undefined || !this.#awaited[what]) return false;
    this.#awaited[what] = false;
    this.#frozen.value = { ...frozen, [what]: this.#live.peek()[what] };
    if (what === 'flows') this.#seen = new Set(this.#live.peek().flows?.flows.map(({ id }) => id));
    return true;
  }

  #addWaiting(more: Waiting): void {
    const { changes, flows } = this.#waiting.peek();
    this.#waiting.value = { changes: changes + more.changes, flows: flows + more.flows };
  }
}
