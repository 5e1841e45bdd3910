import { BoundedMap } from '../../lib/bounded-map.ts';
import type { ContainerTexts, ReportPolicy } from '../../lib/report-policy.ts';
import type { Row } from '../../wire/fields.ts';
import { CODECS, EVENT_KINDS, type RecordKind } from '../../wire/kinds.ts';
import type { EventType } from '../../wire/messages.ts';
import type { ContainerInfo } from '../runtimes/runtime.ts';
import { KUBERNETES_LABELS } from './container.ts';

export interface ReportGateOptions {
  policy: ReportPolicy;
  append(type: EventType, row: Row): void;
  /** A container whose name is not known yet: decide() is to follow. */
  onUnknown(id: string): void;
  /** Events kept back at once. */
  maxHeld?: number;
}

const MAX_VERDICTS = 32_768;

/** Where the id of the container stands in the rows of each kind. */
const COLUMNS: Record<RecordKind, number> = {
  flow: CODECS.flow.names.indexOf('container.id'),
  dns: CODECS.dns.names.indexOf('container.id'),
  process: CODECS.process.names.indexOf('container.id'),
  container: CODECS.container.names.indexOf('id'),
};

/**
 * The one place that keeps what an excluded container did inside the probe: every event and every list passes here.
 * An event of a container whose name is not known yet is kept back until it is, which takes a few seconds at most:
 * what has left the probe cannot be called back, and what is late is not lost.
 */
export class ReportGate {
  readonly #options: ReportGateOptions;
  readonly #maxHeld: number;
  readonly #verdicts = new BoundedMap<string, boolean>(MAX_VERDICTS);
  readonly #waiting = new Map<string, [EventType, Row][]>();
  #held = 0;
  #excluded = 0;
  #dropped = 0;

  constructor(options: ReportGateOptions) {
    this.#options = options;
    this.#maxHeld = options.maxHeld ?? 16_384;
  }

  get counters() {
    return { held: this.#held, maxHeld: this.#maxHeld, excluded: this.#excluded, dropped: this.#dropped };
  }

  /** Events go on, stay back, or wait. */
  append(type: EventType, row: Row): void {
    const id = row[COLUMNS[EVENT_KINDS[type]]];
    const verdict = typeof id === 'string' ? this.#verdict(id) : true;
    if (verdict === true) this.#options.append(type, row);
    else if (verdict === false) this.#excluded++;
    else this.#hold(id as string, [type, row]);
  }

  /** The rows of a list that may be shown; those whose container is not known yet are not. */
  *shown(kind: RecordKind, rows: Iterable<Row>): Generator<Row> {
    for (const row of rows) if (this.shows(kind, row)) yield row;
  }

  shows(kind: RecordKind, row: Row): boolean {
    const id = row[COLUMNS[kind]];
    return typeof id !== 'string' || this.isShown(id);
  }

  /** One that is not known yet is not shown. */
  isShown(id: string): boolean {
    return this.#verdict(id) === true;
  }

  /** What the runtime said, or that it said nothing. */
  decide(id: string, info: ContainerInfo | undefined): void {
    this.#verdicts.set(id, this.#options.policy.reports(textsOf(info)) !== false);
  }

  /** Lets go what waited for a decision. */
  release(id: string): void {
    const events = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    this.#held -= events.length;
    for (const [type, row] of events) this.append(type, row);
  }

  #verdict(id: string): boolean | undefined {
    const verdict = this.#verdicts.get(id);
    if (verdict === undefined) this.#options.onUnknown(id);
    return verdict;
  }

  #hold(id: string, event: [EventType, Row]): void {
    if (this.#held >= this.#maxHeld) {
      this.#dropped++;
      return;
    }
    const events = this.#waiting.get(id);
    if (events === undefined) this.#waiting.set(id, [event]);
    else events.push(event);
    this.#held++;
  }
}

/** What nothing is known of matches no pattern. */
export function textsOf({ name, image, labels = {} }: Partial<ContainerInfo> = {}): ContainerTexts {
  return {
    // Docker's name of a pod's container is made of several; the pod's own name for it is what a manifest says.
    name: known(labels[KUBERNETES_LABELS.container], name),
    image: known(image),
    kube_namespace: known(labels[KUBERNETES_LABELS.namespace]),
  };
}

function known(...texts: (string | undefined)[]): string[] {
  return texts.filter((text) => text !== undefined);
}
