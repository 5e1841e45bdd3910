import type { Known } from './names.ts';

export interface HoldersOptions {
  /** Of those that no longer have their address; the first to lose it makes room and is counted. */
  maxPast: number;
  /** Milliseconds since the epoch. */
  now: () => number;
}

interface Holder {
  ip: string;
  known: Known;
  /** Of the first that is known of an address: it may have had it for long. */
  fromMs: number;
  untilMs: number | undefined;
}

/** A flow may be seen before what it went to is told of, and after it is gone. */
const SLACK_MS = 2000;

/** Who has an address, and who had it when: an address is given again. */
export class Holders {
  readonly #options: HoldersOptions;
  /** The newest last. */
  readonly #byIp = new Map<string, Holder[]>();
  readonly #past = new Set<Holder>();
  #evicted = 0;

  constructor(options: HoldersOptions) {
    this.#options = options;
  }

  get past(): number {
    return this.#past.size;
  }

  get evicted(): number {
    return this.#evicted;
  }

  /** Who has it now, or had it at a time in milliseconds since the epoch. */
  at(ip: string, atMs?: number): Known | undefined {
    const holders = this.#byIp.get(ip);
    if (holders === undefined) return undefined;
    const holder = atMs === undefined ? holders.at(-1) : begunBy(holders, atMs);
    const isOver = holder?.untilMs !== undefined && (atMs === undefined || atMs > holder.untilMs + SLACK_MS);
    return isOver ? undefined : holder?.known;
  }

  /** From now on it is this one's. */
  give(ip: string, known: Known): void {
    const last = this.#byIp.get(ip)?.at(-1);
    if (last?.known.key === known.key) {
      last.known = known;
      last.untilMs = undefined;
      this.#past.delete(last);
      return;
    }
    if (last !== undefined) this.#end(last);
    const fromMs = last === undefined ? 0 : this.#options.now();
    // Ending the last one may have made it the oldest, which made room.
    const holders = this.#byIp.get(ip) ?? [];
    holders.push({ ip, known, fromMs, untilMs: undefined });
    this.#byIp.set(ip, holders);
  }

  /** It is no longer that of the one with the key. */
  take(ip: string, key: string): void {
    const last = this.#byIp.get(ip)?.at(-1);
    if (last?.known.key === key) this.#end(last);
  }

  #end(holder: Holder): void {
    if (holder.untilMs !== undefined) return;
    holder.untilMs = this.#options.now();
    this.#past.add(holder);
    if (this.#past.size <= this.#options.maxPast) return;
    const [oldest] = this.#past;
    if (oldest !== undefined) this.#forget(oldest);
    this.#evicted += 1;
  }

  #forget(holder: Holder): void {
    this.#past.delete(holder);
    const left = this.#byIp.get(holder.ip)?.filter((each) => each !== holder) ?? [];
    if (left.length === 0) this.#byIp.delete(holder.ip);
    else this.#byIp.set(holder.ip, left);
  }
}

function begunBy(holders: readonly Holder[], atMs: number): Holder | undefined {
  return holders.findLast(({ fromMs }) => fromMs <= atMs + SLACK_MS) ?? holders[0];
}
