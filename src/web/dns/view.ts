import { type Signal, signal } from '@preact/signals';
import type { Dimension, DnsSort, LookupsAnswer, SummaryAnswer } from './answers.ts';

export const OUTCOMES = ['any', 'failed', 'timeout', 'NXDOMAIN', 'SERVFAIL', 'REFUSED', 'slow'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What the reader asks of the lookups. */
export interface DnsQuestion {
  readonly by: Dimension;
  readonly sort: DnsSort;
  /** Part of a name. */
  readonly text: string;
  readonly outcome: Outcome;
  /** The group of each dimension that was chosen. */
  readonly only: Readonly<Partial<Record<Dimension, string>>>;
}

const ANY: DnsQuestion = { by: 'domain', sort: 'transactions', text: '', outcome: 'any', only: {} };

/** State of the view of DNS: components read its signals, `connectDns` feeds it while it is shown. */
export class DnsView {
  readonly question: Signal<DnsQuestion> = signal(ANY);
  readonly summary = signal<SummaryAnswer | undefined>(undefined);
  readonly lookups = signal<LookupsAnswer | undefined>(undefined);
  /** What the last failed request said. */
  readonly trouble = signal<string | undefined>(undefined);

  ask(change: Partial<DnsQuestion>): void {
    this.question.value = { ...this.question.peek(), ...change };
  }

  /** Only the lookups of a group, or, when that was chosen, of all groups again. */
  choose(dimension: Dimension, name: string): void {
    const { [dimension]: chosen, ...others } = this.question.peek().only;
    this.ask({ only: chosen === name ? others : { ...others, [dimension]: name } });
  }
}
