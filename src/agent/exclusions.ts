import { BoundedMap } from '../lib/bounded-map.ts';
import { type Linked, LinkedQueue } from '../lib/linked-queue.ts';
import type { ContainerTexts, ReportPolicy } from '../lib/report-policy.ts';
import type { Row } from '../wire/fields.ts';
import { CODECS, type RecordKind } from '../wire/kinds.ts';
import type { EventType } from '../wire/messages.ts';
import type { RecordSink } from './ingest/ingest.ts';

export interface ExclusionsOptions {
  policy: ReportPolicy;
  sink: RecordSink;
  /** What Kubernetes calls a container, as far as it is known; undefined when it is of no pod. */
  textsOf(container: { id: string; cgroupPath: string | undefined }): ContainerTexts | undefined;
  /** How long Kubernetes may take to tell of a container. */
  waitMs: number;
  /** Records kept back at once. */
  maxHeld?: number;
  /** Milliseconds since the epoch. */
  now: () => number;
}

export interface ExclusionCounts {
  held: number;
  maxHeld: number;
  excluded: number;
  /** Records that were let in because their container was not known in time, or too many waited. */
  unnamed: number;
}

type HeldRecord = [RecordKind, Row, EventType | undefined];

interface Waiting extends Linked<Waiting> {
  readonly id: string;
  readonly cgroupPath: string | undefined;
  readonly sinceMs: number;
  readonly records: HeldRecord[];
}

const MAX_VERDICTS = 32_768;
/** What is not known in time is nothing. */
const NOTHING: ContainerTexts = { name: [], image: [], kube_namespace: [] };
const COLUMNS = {
  flow: columnsOf('flow', 'container.id'),
  dns: columnsOf('dns', 'container.id'),
  process: columnsOf('process', 'container.id'),
  container: columnsOf('container', 'id'),
} satisfies Record<RecordKind, unknown>;

/**
 * Keeps what excluded containers do out of the tables, by the names that Kubernetes has for them. Kubernetes tells of a
 * container after it has begun: until then its records wait, and come in as one behind the other.
 */
export class Exclusions implements RecordSink {
  readonly #options: ExclusionsOptions & { maxHeld: number };
  readonly #verdicts = new BoundedMap<string, boolean>(MAX_VERDICTS);
  readonly #waiting = new Map<string, Waiting>();
  /** The same, the longest waiting first. */
  readonly #queue = new LinkedQueue<Waiting>();
  #held = 0;
  #excluded = 0;
  #unnamed = 0;

  constructor(options: ExclusionsOptions) {
    this.#options = { maxHeld: 16_384, ...options };
  }

  get counts(): ExclusionCounts {
    const { maxHeld } = this.#options;
    return { held: this.#held, maxHeld, excluded: this.#excluded, unnamed: this.#unnamed };
  }

  record(kind: RecordKind, row: Row, type?: EventType): void {
    const id = row[COLUMNS[kind].id];
    const verdict = typeof id === 'string' ? this.#verdicts.get(id) : true;
    if (verdict === undefined) this.#meet(String(id), [kind, row, type]);
    else this.#take(verdict, [kind, row, type]);
  }

  beginList(): void {
    this.#options.sink.beginList();
  }

  endList(): void {
    this.#options.sink.endList();
  }

  probeRestarted(): void {
    // What waits is of the run that ended.
    this.sweep(Number.POSITIVE_INFINITY);
    this.#options.sink.probeRestarted();
  }

  /** Lets go what Kubernetes has told of, and what has waited long enough. To be called about once a second. */
  sweep(now: number): void {
    const { waitMs } = this.#options;
    for (const waiting of [...this.#queue]) {
      const verdict = this.#decide(waiting);
      const waitedMs = now - waiting.sinceMs;
      if (verdict !== undefined) this.#release(waiting, verdict);
      // The clock may have been set back.
      else if (waitedMs < 0 || waitedMs >= waitMs) this.#giveUp(waiting);
    }
  }

  #meet(id: string, record: HeldRecord): void {
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) {
      this.#hold(waiting, record);
      return;
    }
    const container = { id, cgroupPath: pathIn(record) };
    const verdict = this.#decide(container);
    if (verdict === undefined) this.#hold(this.#wait(container), record);
    else this.#take(verdict, record);
  }

  #wait(container: Pick<Waiting, 'id' | 'cgroupPath'>): Waiting {
    const links = { previous: undefined, next: undefined };
    const waiting = { ...container, sinceMs: this.#options.now(), records: [], ...links };
    this.#waiting.set(container.id, waiting);
    this.#queue.append(waiting);
    return waiting;
  }

  /** Once for all: of what came in and is excluded later nobody would tell that it is over. */
  #decide(container: { id: string; cgroupPath: string | undefined }): boolean | undefined {
    const { policy, textsOf } = this.#options;
    const verdict = policy.reports(textsOf(container) ?? NOTHING);
    if (verdict !== undefined) this.#verdicts.set(container.id, verdict);
    return verdict;
  }

  #giveUp(waiting: Waiting): void {
    const texts = { ...NOTHING, ...this.#options.textsOf(waiting) };
    const verdict = this.#options.policy.reports(texts) !== false;
    this.#verdicts.set(waiting.id, verdict);
    if (verdict) this.#unnamed += waiting.records.length;
    this.#release(waiting, verdict);
  }

  #hold(waiting: Waiting, record: HeldRecord): void {
    waiting.records.push(record);
    this.#held += 1;
    const { first } = this.#queue;
    if (this.#held > this.#options.maxHeld && first !== undefined) this.#giveUp(first);
  }

  #release(waiting: Waiting, verdict: boolean): void {
    this.#waiting.delete(waiting.id);
    this.#queue.remove(waiting);
    this.#held -= waiting.records.length;
    for (const record of waiting.records) this.#take(verdict, record);
  }

  #take(verdict: boolean, [kind, row, type]: HeldRecord): void {
    if (verdict) this.#options.sink.record(kind, row, type);
    else this.#excluded += 1;
  }
}

function pathIn([kind, row]: HeldRecord): string | undefined {
  const path = row[COLUMNS[kind].cgroupPath];
  return typeof path === 'string' ? path : undefined;
}

function columnsOf(kind: RecordKind, id: string): { id: number; cgroupPath: number } {
  const { names } = CODECS[kind];
  return { id: names.indexOf(id), cgroupPath: names.indexOf('cgroup.path') };
}
