import { COUNTERS, Figures, SKETCHES, type SketchName } from './figures.ts';
import { type Packed, pack } from './packed.ts';

/** The sketches of many figures: of number i, the buckets from `ends[i - 1]` to `ends[i]`. */
interface PackedSketches {
  ends: Packed;
  buckets: Packed;
  counts: Packed;
}

/**
 * Figures by number that are read and no longer added to: 30 to 60 bytes each, where an object has 500. Most counters
 * are 0 in all of them and take nothing.
 */
export class PackedFigures {
  readonly size: number;
  /** Of the counters alone. */
  readonly total = new Figures();
  readonly #numbers: Packed;
  readonly #columns: readonly Packed[];
  readonly #sketches: Record<SketchName, PackedSketches>;
  readonly #oldest: number;
  /** lastSeen, counted from the oldest. */
  readonly #seen: Packed;

  constructor(figures: ReadonlyMap<number, Figures>) {
    const all = [...figures.values()];
    this.size = all.length;
    for (const each of all) this.total.addCounts(each);
    this.#numbers = pack([...figures.keys()]);
    this.#columns = COUNTERS.map((_, place) => pack(all.map(({ counts }) => counts[place] ?? 0)));
    this.#sketches = {
      rtt: packSketches(all, 'rtt'),
      connect: packSketches(all, 'connect'),
      dns: packSketches(all, 'dns'),
    };
    this.#oldest = Math.floor(Math.min(...all.map(({ lastSeen }) => lastSeen)));
    this.#seen = pack(all.map(({ lastSeen }) => Math.floor(lastSeen) - this.#oldest));
  }

  get bytes(): number {
    const packed = [this.#numbers, this.#seen, ...this.#columns];
    for (const { ends, buckets, counts } of Object.values(this.#sketches)) packed.push(ends, buckets, counts);
    return packed.reduce((sum, column) => sum + (column?.byteLength ?? 0), 0);
  }

  number(index: number): number {
    return this.#numbers?.[index] ?? 0;
  }

  count(place: number, index: number): number {
    return this.#columns[place]?.[index] ?? 0;
  }

  addTo(into: Figures, index: number): void {
    for (let place = 0; place < COUNTERS.length; place++) {
      const column = this.#columns[place];
      if (column !== undefined) into.addAt(place, column[index] ?? 0);
    }
    for (const name of SKETCHES) addSketch(into, name, { packed: this.#sketches[name], index });
    into.seen(this.#oldest + (this.#seen?.[index] ?? 0));
  }

  unpack(): Map<number, Figures> {
    const figures = new Map<number, Figures>();
    for (let index = 0; index < this.size; index++) {
      const each = new Figures();
      this.addTo(each, index);
      figures.set(this.number(index), each);
    }
    return figures;
  }
}

function packSketches(all: readonly Figures[], name: SketchName): PackedSketches {
  const buckets: number[] = [];
  const counts: number[] = [];
  const ends = all.map((figures) => {
    for (const [bucket, count] of figures.sketch(name)?.buckets() ?? []) {
      buckets.push(bucket);
      counts.push(count);
    }
    return buckets.length;
  });
  return { ends: pack(ends), buckets: pack(buckets), counts: pack(counts) };
}

function addSketch(
  into: Figures,
  name: SketchName,
  { packed: { ends, buckets, counts }, index }: { packed: PackedSketches; index: number },
): void {
  const end = ends?.[index] ?? 0;
  const begin = index === 0 ? 0 : (ends?.[index - 1] ?? 0);
  for (let at = begin; at < end; at++) into.measured(name).addBucket(buckets?.[at] ?? 0, counts?.[at] ?? 0);
}
