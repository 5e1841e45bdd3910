/** A quantile is at most this part of itself away from the latency that has its rank. */
export const RELATIVE_ERROR = 0.02;
const RATIO = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_RATIO = Math.log(RATIO);
/** Longer ones count as one minute; no question waits as long. */
const MAX_US = 60e6;
const MAX_BUCKETS = bucketOf(MAX_US) + 1;
/** Buckets are added so many at a time. */
const STEP = 16;

/**
 * The distribution of latencies, as in DDSketch (Masson, Rim and Lee, VLDB 2019): buckets whose bounds grow by a constant
 * ratio. Sketches can be merged without a further error. Takes 8 bytes for each bucket between the shortest and the
 * longest latency: 1 KiB for 50 us to 10 ms, at most 3.5 KiB.
 */
export class LatencySketch {
  #count = 0;
  #first = 0;
  #buckets: number[] = [];

  get count(): number {
    return this.#count;
  }

  add(us: number): void {
    this.#addTo(bucketOf(Math.min(MAX_US, Math.max(1, us))), 1);
  }

  merge(other: LatencySketch): void {
    other.#buckets.forEach((count, index) => {
      if (count > 0) this.#addTo(other.#first + index, count);
    });
  }

  /** The numbers of the buckets that are not empty, ascending, with their counts: what addBucket() takes. */
  *buckets(): Generator<[bucket: number, count: number]> {
    for (const [index, count] of this.#buckets.entries()) if (count > 0) yield [this.#first + index, count];
  }

  addBucket(bucket: number, count: number): void {
    this.#addTo(Math.min(MAX_BUCKETS - 1, bucket), count);
  }

  /** In microseconds: of `count` latencies in order, number `part * (count - 1)`, from 0. Undefined: there are none. */
  quantile(part: number): number | undefined {
    let left = Math.floor(part * (this.#count - 1));
    for (const [index, count] of this.#buckets.entries()) {
      if (left < count) return latencyOf(this.#first + index);
      left -= count;
    }
    return undefined;
  }

  #addTo(bucket: number, count: number): void {
    if (this.#buckets.length === 0) this.#first = bucket;
    this.#cover(bucket);
    const index = bucket - this.#first;
    this.#buckets[index] = (this.#buckets[index] ?? 0) + count;
    this.#count += count;
  }

  #cover(bucket: number): void {
    const end = this.#first + this.#buckets.length;
    if (bucket >= this.#first && bucket < end) return;
    const first = Math.max(0, Math.min(this.#first, bucket - (bucket % STEP)));
    const needed = Math.max(end, bucket + 1) - first;
    const length = Math.min(MAX_BUCKETS - first, Math.ceil(needed / STEP) * STEP);
    const buckets = new Array<number>(length).fill(0);
    this.#buckets.forEach((count, index) => {
      buckets[this.#first - first + index] = count;
    });
    this.#first = first;
    this.#buckets = buckets;
  }
}

/** The bucket of latencies above RATIO ** (bucket - 1) and up to RATIO ** bucket. */
function bucketOf(us: number): number {
  return Math.ceil(Math.log(us) / LOG_RATIO);
}

/** What is as far, in relation, from both bounds of the bucket. */
function latencyOf(bucket: number): number {
  return (2 * RATIO ** bucket) / (RATIO + 1);
}
