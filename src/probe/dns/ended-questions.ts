import { SlotIndex } from '../flows/slot-index.ts';
import type { DnsQuestion } from './message.ts';
import { type Asked, type DnsTransaction, isSame } from './transaction.ts';

type Outcome = DnsTransaction<unknown>['outcome'];

/**
 * The questions that ended last, by a number that a socket's later question may have too. An object for each would be a sixth of
 * what a transaction costs the processor: garbage collection would carry thousands of them along.
 */
export class EndedQuestions {
  readonly #capacity: number;
  readonly #index: SlotIndex;
  readonly #sockets: Float64Array;
  readonly #questions: DnsQuestion[] = [];
  readonly #outcomes: Outcome[] = [];
  /** Where the next one goes, and in a full table the oldest is. */
  #at = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#index = new SlotIndex(capacity);
    this.#sockets = new Float64Array(capacity);
  }

  add(key: number, { socket, question }: Asked<unknown>, outcome: Outcome): void {
    const slot = this.#at;
    this.#index.set(key, slot);
    this.#sockets[slot] = socket;
    this.#questions[slot] = question;
    this.#outcomes[slot] = outcome;
    this.#at = (slot + 1) % this.#capacity;
  }

  /** Of the last question with the number, if it is that of the socket and, where one is given, the same question. */
  outcome(key: number, socket: number, question: DnsQuestion | undefined): Outcome | undefined {
    const slot = this.#index.get(key);
    if (slot === undefined || this.#sockets[slot] !== socket) return undefined;
    const ended = this.#questions[slot];
    const isAsked = question === undefined || (ended !== undefined && isSame(ended, question));
    return isAsked ? this.#outcomes[slot] : undefined;
  }
}
