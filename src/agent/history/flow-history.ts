import { NO_RATE } from '../../map/rate.ts';
import type { FlowRow } from '../../wire/flow.ts';
import { FLOW_FIELD_NAMES } from '../../wire/rows.ts';
import type { FlowReaders } from '../store/flow-columns.ts';
import { FlowView, type ViewColumns, type ViewSources, viewColumns } from '../store/flow-view.ts';
import { CARRIED, FlowBlock, type HistoryRow } from './flow-block.ts';
import { RowReaders } from './row-readers.ts';

export interface FlowHistoryOptions {
  windowMs: number;
  slotMs: number;
  /** Of the blocks; beyond it the oldest is forgotten. */
  maxBytes: number;
  names: ViewSources['names'];
  /** A block is complete: it does not change any more. */
  onBlock?: (block: FlowBlock) => void;
}

/** A flow as it was at the end of a time slot. */
export class PastFlow {
  readonly flow: FlowView;
  readonly #rows: Pick<FlowBlock, 'before'>;

  constructor(flow: FlowView, rows: Pick<FlowBlock, 'before'>) {
    this.flow = flow;
    this.#rows = rows;
  }

  /** What had been told of it in earlier slots, by CARRIED. */
  before(): readonly number[] {
    return this.#rows.before(this.flow.slot);
  }
}

/** Of the time that a block is of, at most: each has the texts of its rows once. */
const BLOCK_MS = 60_000;
/** Rows may still come for so long. */
const LATE_MS = 10_000;
const BLOCK_ROWS = 16_384;
const CARRIED_AT = CARRIED.map((name) => FLOW_FIELD_NAMES.indexOf(name));
const ID = FLOW_FIELD_NAMES.indexOf('id');
const NO_RATES = { read: () => NO_RATE };

/** What is not packed yet, of some time. */
interface OpenRows {
  rows: HistoryRow[];
  readers: RowReaders;
  firstMs: number;
  lastMs: number;
}

/**
 * The flows of the last hour: a row for each that closed, and for each that stayed open a row for each time slot in
 * which it was reported. So any window of the time can be asked for. What is over is packed; the oldest makes room.
 */
export class FlowHistory {
  readonly #options: FlowHistoryOptions;
  readonly #open = new Map<number, OpenRows>();
  readonly #blocks: FlowBlock[] = [];
  readonly #views = new WeakMap<FlowReaders, ViewColumns>();
  /** What has been told of flows that are still open, by id. */
  readonly #told = new Map<string, readonly number[]>();
  #bytes = 0;
  #rows = 0;
  #forgotten = 0;
  #keptFrom: number | undefined;

  constructor(options: FlowHistoryOptions) {
    this.#options = options;
  }

  get counts(): { rows: number; bytes: number; maxBytes: number; forgotten: number } {
    const { maxBytes } = this.#options;
    return { rows: this.#rows, bytes: this.#bytes, maxBytes, forgotten: this.#forgotten };
  }

  /** From when on all rows are kept, though there was no room for earlier ones; undefined = there was for all. */
  get keptFrom(): number | undefined {
    return this.#keptFrom;
  }

  slotOf(timeMs: number): number {
    return Math.floor(timeMs / this.#options.slotMs);
  }

  /**
   * The flow as it was last reported, at `timeMs`; `isLast` when no more is told of it. The row is kept: its texts must
   * be of their own.
   */
  add(row: FlowRow, timeMs: number, isLast: boolean): void {
    const id = String(row[ID]);
    const number = minuteOf(timeMs);
    const open = this.#openRows(number, timeMs);
    open.rows.push({ row, before: this.#told.get(id) });
    open.lastMs = Math.max(open.lastMs, timeMs);
    open.firstMs = Math.min(open.firstMs, timeMs);
    this.#rows += 1;
    if (isLast) this.#told.delete(id);
    else this.#told.set(id, carriedIn(row));
    if (open.rows.length >= BLOCK_ROWS) this.#pack(number, open);
  }

  /** What is no longer known to be open. */
  forget(id: string): void {
    this.#told.delete(id);
  }

  /** Takes over a block of an earlier run, and gives its rows. Blocks are given in their order, before anything is added. */
  restore(block: FlowBlock): PastFlow[] {
    this.#keep(block);
    const views = this.#viewsOf(block);
    return Array.from({ length: block.size }, (_, slot) => {
      const flow = this.#view(slot, views);
      if (flow.state === 'closed') this.#told.delete(flow.id);
      else this.#told.set(flow.id, carriedIn(block.readRow(slot)));
      return new PastFlow(flow, block);
    });
  }

  /** Lets time pass: packs what is over and forgets what left the window. */
  sweep(now: number): void {
    const newest = minuteOf(now - LATE_MS) - 1;
    for (const [number, open] of this.#open) if (number <= newest) this.#pack(number, open);
    while ((this.#blocks[0]?.lastMs ?? now) < now - this.#options.windowMs) this.#drop();
  }

  /** Packs everything, before the end. */
  flush(): void {
    for (const [number, open] of this.#open) this.#pack(number, open);
  }

  /** What had been told of a flow that is open, by CARRIED. */
  told(id: string): readonly number[] | undefined {
    return this.#told.get(id);
  }

  /**
   * The rows of flows that were active at that time or later, and not all of those opened behind `toMs`: those that
   * there are now, however the history goes on, and as often as they are asked for.
   */
  since(fromMs: number, toMs = Number.POSITIVE_INFINITY): Iterable<PastFlow> {
    const parts = this.#parts(fromMs, toMs);
    const view = (slot: number, views: ViewColumns) => this.#view(slot, views);
    return {
      *[Symbol.iterator]() {
        for (const part of parts) {
          const { views, size } = part;
          for (let slot = 0; slot < size; slot++) {
            const flow = view(slot, views);
            if (flow.activeMs >= fromMs) yield new PastFlow(flow, part);
          }
        }
      },
    };
  }

  /** The flows that closed at that time or later and were opened by then. They stay readable as the history goes on. */
  closed(fromMs: number, toMs: number): { length: number; at(index: number): FlowView | undefined } {
    const parts = this.#parts(fromMs, toMs);
    let length = 0;
    const ends = parts.map(({ size }) => {
      length += size;
      return length;
    });
    const at = (index: number) => {
      const part = placeIn(ends, index);
      const { views, size = 0 } = parts[part] ?? {};
      const flow = views && this.#view(index - (ends[part] ?? 0) + size, views);
      if (flow === undefined || flow.activeMs < fromMs || (flow.openedMs ?? 0) > toMs) return undefined;
      return flow.state === 'closed' ? flow : undefined;
    };
    return { length, at };
  }

  #view(slot: number, views: ViewColumns): FlowView {
    return new FlowView(slot, views, { rates: NO_RATES, names: this.#options.names });
  }

  /** By their minute, so that those of a flow are in the order of time: one may be told long after it was. */
  #parts(fromMs: number, toMs: number) {
    const blocks = this.#blocks.filter(({ lastMs, openedMs }) => lastMs >= fromMs && openedMs <= toMs);
    const open = [...this.#open.values()].filter(({ lastMs }) => lastMs >= fromMs);
    const parts = [
      ...blocks.map((block) => ({
        firstMs: block.firstMs,
        views: this.#viewsOf(block),
        size: block.size,
        before: (slot: number) => block.before(slot),
      })),
      ...open.map(({ rows, readers, firstMs }) => ({
        firstMs,
        views: this.#viewsOf(readers),
        size: rows.length,
        before: (slot: number) => rows[slot]?.before ?? NOTHING,
      })),
    ];
    return parts.sort((a, b) => minuteOf(a.firstMs) - minuteOf(b.firstMs));
  }

  #viewsOf(columns: FlowReaders): ViewColumns {
    let views = this.#views.get(columns);
    if (views === undefined) {
      views = viewColumns(columns);
      this.#views.set(columns, views);
    }
    return views;
  }

  #openRows(number: number, timeMs: number): OpenRows {
    let open = this.#open.get(number);
    if (open === undefined) {
      const rows: HistoryRow[] = [];
      open = { rows, readers: new RowReaders(rows), firstMs: timeMs, lastMs: timeMs };
      this.#open.set(number, open);
    }
    return open;
  }

  /** Short connections apart from others: their times and counters are small numbers. */
  #pack(number: number, { rows, firstMs, lastMs }: OpenRows): void {
    this.#open.delete(number);
    const short = rows.filter((each) => isShort(each));
    const others = rows.filter((each) => !isShort(each));
    for (const part of [short, others]) {
      if (part.length === 0) continue;
      const block = FlowBlock.pack(part, { firstMs, lastMs });
      this.#keep(block);
      this.#rows -= part.length;
      this.#options.onBlock?.(block);
    }
  }

  #keep(block: FlowBlock): void {
    this.#blocks.push(block);
    this.#bytes += block.bytes;
    this.#rows += block.size;
    while (this.#bytes > this.#options.maxBytes && this.#blocks.length > 1) {
      const { size = 0, lastMs = 0 } = this.#blocks[0] ?? {};
      this.#forgotten += size;
      this.#keptFrom = Math.max(this.#keptFrom ?? 0, lastMs);
      this.#drop();
    }
  }

  #drop(): void {
    const block = this.#blocks.shift();
    this.#bytes -= block?.bytes ?? 0;
    this.#rows -= block?.size ?? 0;
  }
}

const NOTHING: readonly number[] = CARRIED.map(() => 0);
const DURATION = FLOW_FIELD_NAMES.indexOf('durationNs');
const SHORT_NS = 2 ** 32 - 2;

function minuteOf(timeMs: number): number {
  return Math.floor(timeMs / BLOCK_MS);
}

function carriedIn(row: FlowRow): number[] {
  return CARRIED_AT.map((at) => Number(row[at] ?? 0));
}

function isShort({ row, before }: HistoryRow): boolean {
  const duration = row[DURATION];
  return before === undefined && duration !== null && Number(duration) < SHORT_NS;
}

/** The first place whose end is behind the index; `ends` ascend. */
function placeIn(ends: readonly number[], index: number): number {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 0) > index) high = middle;
    else low = middle + 1;
  }
  return low;
}
