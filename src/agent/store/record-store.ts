import { type Linked, LinkedQueue } from '../../lib/linked-queue.ts';
import type { Cell, Row } from '../../wire/fields.ts';
import { CODECS, type RecordKind } from '../../wire/kinds.ts';
import { ownText } from './texts.ts';

/** What a row was to the store; undefined when it told nothing new. */
export type Put = 'new' | 'changed' | 'ended' | undefined;

interface Entry extends Linked<Entry> {
  readonly id: string;
  row: Row;
  isRunning: boolean;
}

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
  readonly #askedAt: number;
  readonly #entries = new Map<string, Entry>();
  /** Each from the one that changed first to the one that changed last. */
  readonly #running = new LinkedQueue<Entry>();
  readonly #ended = new LinkedQueue<Entry>();
  /** Of the list that is being read: those that were in it. */
  #met: Set<string> | undefined;
  #evictedRunning = 0;
  #evictedUntilMs = Number.NEGATIVE_INFINITY;
  #evictedEnded = 0;

  constructor(kind: RecordKind, max: number) {
    const { names } = CODECS[kind];
    this.max = max;
    this.#kind = kind;
    this.#id = names.indexOf('id');
    this.#state = names.indexOf('state');
    this.#startedAt = names.indexOf('startedAt');
    this.#askedAt = names.indexOf('askedAt');
  }

  get counts(): { size: number; evictedRunning: number; evictedEnded: number } {
    const { size } = this.#entries;
    return { size, evictedRunning: this.#evictedRunning, evictedEnded: this.#evictedEnded };
  }

  /** When the last was asked of the DNS transactions that made room. */
  get evictedUntilMs(): number {
    return this.#evictedUntilMs;
  }

  readonly idOf = (row: Row | undefined): string => String(row?.[this.#id]);

  get(id: string): Row | undefined {
    return this.#entries.get(id)?.row;
  }

  /** What ended first, then what goes on, each from the one that changed first to the one that changed last. */
  rows(): Row[] {
    return Array.from([...this.#ended, ...this.#running], ({ row }) => row);
  }

  /** Takes over a row in the order of its fields. */
  put(row: Row): Put {
    const id = this.idOf(row);
    this.#met?.add(id);
    const entry = this.#entries.get(id);
    const isRunning = this.#isRunning(row);
    if (entry === undefined) {
      this.#add({ id, row: row.map(ownCell), isRunning, previous: undefined, next: undefined });
      return isRunning ? 'new' : 'ended';
    }
    if (this.#isEarlier(row, entry.row) || isSame(row, entry.row)) return undefined;
    const hasEnded = entry.isRunning && !isRunning;
    this.#change(entry, row.map(ownCell), isRunning);
    return hasEnded ? 'ended' : 'changed';
  }

  /** Takes over newer figures of what goes on here, which is no change of it. */
  refresh(row: Row): void {
    const entry = this.#entries.get(this.idOf(row));
    if (entry?.isRunning && this.#isRunning(row)) entry.row = row.map(ownCell);
  }

  /** Begins a list of all that there is. */
  beginList(): void {
    this.#met = new Set();
  }

  /** Ends it: what goes on here and was not in the list has ended, and nobody saw how. */
  endList(): Row[] {
    const missed = [...this.#running].filter(({ id }) => this.#met?.has(id) === false);
    this.#met = undefined;
    return missed.map((entry) => {
      const ended = entry.row.with(this.#state, 'exited');
      this.#change(entry, ended, false);
      return ended;
    });
  }

  #add(entry: Entry): void {
    this.#entries.set(entry.id, entry);
    this.#queueOf(entry).append(entry);
    this.#makeRoom();
  }

  #change(entry: Entry, row: Row, isRunning: boolean): void {
    this.#queueOf(entry).remove(entry);
    entry.row = row;
    entry.isRunning = isRunning;
    this.#queueOf(entry).append(entry);
  }

  #queueOf({ isRunning }: Entry): LinkedQueue<Entry> {
    return isRunning ? this.#running : this.#ended;
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
    const oldest = this.#ended.first ?? this.#running.first;
    if (oldest === undefined || this.#entries.size <= this.max) return;
    this.#queueOf(oldest).remove(oldest);
    this.#entries.delete(oldest.id);
    if (oldest.isRunning) this.#evictedRunning += 1;
    else this.#evictedEnded += 1;
    const askedAt = Number(oldest.row[this.#askedAt] ?? 0);
    this.#evictedUntilMs = Math.max(this.#evictedUntilMs, askedAt / 1e6);
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
