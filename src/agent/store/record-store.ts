import type { Cell, Row } from '../../wire/fields.ts';
import { CODECS, type RecordKind } from '../../wire/kinds.ts';
import { ownText } from './texts.ts';

/** What a row was to the store; undefined when it told nothing new. */
export type Put = 'new' | 'changed' | 'ended' | undefined;

/**
 * The newest records of a kind that has few: rows, by id. What ended, which a DNS transaction always has, makes room
 * before what goes on; both are counted.
 */
export class RecordStore {
  readonly max: number;
  readonly #kind: RecordKind;
  readonly #id: number;
  readonly #state: number;
  readonly #startedAt: number;
  readonly #running = new Map<string, Row>();
  readonly #ended = new Map<string, Row>();
  /** Of the list that is being read: those that were in it. */
  #met: Set<string> | undefined;
  #evictedRunning = 0;
  #evictedEnded = 0;

  constructor(kind: RecordKind, max: number) {
    const { names } = CODECS[kind];
    this.max = max;
    this.#kind = kind;
    this.#id = names.indexOf('id');
    this.#state = names.indexOf('state');
    this.#startedAt = names.indexOf('startedAt');
  }

  get counts(): { size: number; evictedRunning: number; evictedEnded: number } {
    const size = this.#running.size + this.#ended.size;
    return { size, evictedRunning: this.#evictedRunning, evictedEnded: this.#evictedEnded };
  }

  readonly idOf = (row: Row | undefined): string => String(row?.[this.#id]);

  get(id: string): Row | undefined {
    return this.#running.get(id) ?? this.#ended.get(id);
  }

  /** What ended first, then what goes on, each from the one that changed first to the one that changed last. */
  rows(): Row[] {
    return [...this.#ended.values(), ...this.#running.values()];
  }

  /** Takes over a row in the order of its fields. */
  put(row: Row): Put {
    const id = this.idOf(row);
    this.#met?.add(id);
    const known = this.get(id);
    if (known !== undefined && (this.#isEarlier(row, known) || isSame(row, known))) return undefined;
    const isRunning = this.#isRunning(row);
    this.#running.delete(id);
    this.#ended.delete(id);
    (isRunning ? this.#running : this.#ended).set(id, row.map(ownCell));
    this.#makeRoom();
    if (known === undefined) return isRunning ? 'new' : 'ended';
    return !isRunning && this.#isRunning(known) ? 'ended' : 'changed';
  }

  /** Takes over newer figures of what goes on here, which is no change of it. */
  refresh(row: Row): void {
    const id = this.idOf(row);
    if (this.#isRunning(row) && this.#running.has(id)) this.#running.set(id, row.map(ownCell));
  }

  /** Begins a list of all that there is. */
  beginList(): void {
    this.#met = new Set();
  }

  /** Ends it: what goes on here and was not in the list has ended, and nobody saw how. */
  endList(): Row[] {
    const missed = [...this.#running].filter(([id]) => this.#met?.has(id) === false);
    this.#met = undefined;
    return missed.map(([id, row]) => {
      const ended = row.with(this.#state, 'exited');
      this.#running.delete(id);
      this.#ended.set(id, ended);
      return ended;
    });
  }

  /** What has ended goes on again only in a later life, and a DNS transaction does not change. */
  #isEarlier(row: Row, known: Row): boolean {
    if (this.#kind === 'dns') return true;
    if (!this.#isRunning(row) || this.#isRunning(known)) return false;
    return Number(row[this.#startedAt] ?? 0) <= Number(known[this.#startedAt] ?? 0);
  }

  #isRunning(row: Row): boolean {
    return this.#state >= 0 && row[this.#state] !== 'exited';
  }

  #makeRoom(): void {
    if (this.#running.size + this.#ended.size <= this.max) return;
    const [oldestEnded] = this.#ended.keys();
    if (oldestEnded !== undefined) {
      this.#ended.delete(oldestEnded);
      this.#evictedEnded += 1;
      return;
    }
    const [oldest] = this.#running.keys();
    if (oldest === undefined) return;
    this.#running.delete(oldest);
    this.#evictedRunning += 1;
  }
}

function isSame(row: Row, other: Row): boolean {
  return row.every((cell, i) => {
    const known = other[i] ?? null;
    return Array.isArray(cell) ? JSON.stringify(cell) === JSON.stringify(known) : cell === known;
  });
}

/** Does not keep the message alive that the texts were a part of. */
function ownCell(cell: Cell): Cell {
  if (typeof cell === 'string') return ownText(cell);
  return Array.isArray(cell) ? JSON.parse(JSON.stringify(cell)) : cell;
}
