import type { FlowRecord } from '../../wire/flow.ts';
import { readFlow } from '../../wire/rows.ts';
import { formatTime } from '../../wire/time.ts';
import type { FlowColumns } from './flow-columns.ts';
import type { Rate } from './rate.ts';

/**
 * One flow of the store, read where it lies: a map or a filter that looks at three fields pays for three. Has the
 * fields of the wire's FlowRecord that filters read and those of the map's MapFlow. Valid until the store changes.
 */
export class FlowView {
  readonly slot: number;
  readonly rate: Rate;
  readonly #columns: FlowColumns;
  #source: FlowRecord['source'] | undefined;
  #dest: FlowRecord['dest'] | undefined;

  constructor(columns: FlowColumns, slot: number, rate: Rate) {
    this.#columns = columns;
    this.slot = slot;
    this.rate = rate;
  }

  get id(): string {
    return this.#columns.id().read(this.slot) ?? '';
  }

  get protocol(): string {
    return this.#text('protocol') ?? '';
  }

  get family(): string {
    return this.#text('family') ?? '';
  }

  get netns(): number | undefined {
    return this.#number('netns');
  }

  get direction(): string | undefined {
    return this.#text('direction');
  }

  get role(): string | undefined {
    return this.#text('role');
  }

  get source(): FlowRecord['source'] {
    this.#source ??= { ip: this.#text('source.ip') ?? '', port: this.#number('source.port') ?? 0 };
    return this.#source;
  }

  get dest(): FlowRecord['dest'] {
    this.#dest ??= { ip: this.#text('dest.ip') ?? '', port: this.#number('dest.port') ?? 0 };
    return this.#dest;
  }

  get process() {
    return {
      pid: this.#number('process.pid'),
      comm: this.#text('process.comm'),
      exe: this.#text('process.exe'),
    };
  }

  get container() {
    return { id: this.#text('container.id'), runtime: this.#text('container.runtime') };
  }

  get state(): string {
    return this.#text('state') ?? '';
  }

  get openedMs(): number | undefined {
    return this.#columns.time('openedAt').milliseconds(this.slot);
  }

  get closedMs(): number | undefined {
    return this.#columns.time('closedAt').milliseconds(this.slot);
  }

  get lastSeenMs(): number | undefined {
    return this.#columns.time('lastSeenAt').milliseconds(this.slot);
  }

  get openedAt(): string | undefined {
    return this.#time('openedAt');
  }

  get closedAt(): string | undefined {
    return this.#time('closedAt');
  }

  get lastSeenAt(): string | undefined {
    return this.#time('lastSeenAt');
  }

  get failure(): string | undefined {
    return this.#text('failure');
  }

  get sent(): { bytes: number } {
    return { bytes: this.#number('sent.bytes') ?? 0 };
  }

  get received(): { bytes: number } {
    return { bytes: this.#number('received.bytes') ?? 0 };
  }

  get retransmits(): number | undefined {
    return this.#number('retransmits');
  }

  get connectUs(): number | undefined {
    return this.#number('connectUs');
  }

  get rttUs(): number | undefined {
    return this.#number('rttUs');
  }

  /** Milliseconds since the epoch of the last that is known of it. */
  get activeMs(): number {
    return this.closedMs ?? this.lastSeenMs ?? this.openedMs ?? 0;
  }

  /** All that is known of it, and no longer bound to the store. */
  record(): FlowRecord {
    return readFlow(this.#columns.readRow(this.slot));
  }

  #text(name: Parameters<FlowColumns['text']>[0]): string | undefined {
    return this.#columns.text(name).read(this.slot) ?? undefined;
  }

  #number(name: Parameters<FlowColumns['number']>[0]): number | undefined {
    return this.#columns.number(name).read(this.slot) ?? undefined;
  }

  #time(name: Parameters<FlowColumns['time']>[0]): string | undefined {
    const time = this.#columns.time(name).read(this.slot);
    return time === null ? undefined : formatTime(time);
  }
}
