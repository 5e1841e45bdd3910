import { effect, type ReadonlySignal } from '@preact/signals';
import { type Poll, pollJson } from '../api/poll.ts';
import type { LookupsAnswer, SummaryAnswer } from './answers.ts';
import { lookupParams, summaryParams } from './query.ts';
import type { DnsQuestion, DnsView } from './view.ts';

const SUMMARY_EVERY_MS = 3000;
const LOOKUPS_EVERY_MS = 2000;

/** Feeds the view from the agent's API until the returned function is called. What comes while paused is dropped. */
export function connectDns(view: DnsView, paused: ReadonlySignal<boolean>): () => void {
  const poll = <T>(path: string, everyMs: number, into: { params: Params; take(answer: T): void }): Poll =>
    pollJson<T>({
      url: () => `api/v1/${path}?${into.params(view.question.peek())}`,
      everyMs,
      onAnswer: (answer) => {
        view.trouble.value = undefined;
        if (!paused.peek()) into.take(answer);
      },
      onFailure: ({ message }) => {
        view.trouble.value = message;
      },
    });
  const summary = poll<SummaryAnswer>('dns/summary', SUMMARY_EVERY_MS, {
    params: summaryParams,
    take: (answer) => {
      view.summary.value = answer;
    },
  });
  const lookups = poll<LookupsAnswer>('dns', LOOKUPS_EVERY_MS, {
    params: lookupParams,
    take: (answer) => {
      view.lookups.value = answer;
    },
  });
  let asked = view.question.peek();
  const stop = effect(() => {
    if (view.question.value === asked || paused.value) return;
    asked = view.question.peek();
    summary.now();
    lookups.now();
  });
  return () => {
    stop();
    summary.stop();
    lookups.stop();
  };
}

type Params = (question: DnsQuestion) => string;
