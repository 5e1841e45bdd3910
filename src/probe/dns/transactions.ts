import { type Linked, LinkedQueue } from '../../lib/linked-queue.ts';
import { type Chained, ChainedIndex } from './chained-index.ts';
import { Opcode } from './codes.ts';
import { EndedQuestions } from './ended-questions.ts';
import type { DnsMessage, DnsQuestion } from './message.ts';
import { type Asked, type DnsPacket, type DnsTransaction, isSame } from './transaction.ts';

export interface TransactionTableOptions<Owner> {
  /**
   * Without an answer for as long since it was last asked, a question has timed out. Default 6 s: glibc waits for 5 s
   * and asks again from the same socket. So that is seen to be one question which took 5 s, and not two.
   */
  timeoutMs?: number;
  /** Questions without an answer yet, about 500 bytes each; default 20,000. The one that waits longest goes first. */
  maxPending?: number;
  /** Records that are kept of an answer; default 64. */
  maxAnswers?: number;
  onTransaction: (transaction: DnsTransaction<Owner>) => void;
}

/** A question without an answer yet. */
interface Pending<Owner> extends Linked<Pending<Owner>>, Chained<Pending<Owner>> {
  readonly asked: Asked<Owner>;
  lastAskedNs: number;
}

/** A client that asks again and again is told of after as many times the timeout. */
const MAX_TIMEOUTS = 4;
/** Questions of one socket with one id: more than one is a mistake of the client, or malice. */
const MAX_SAME_ID = 16;

/**
 * Matches answers with questions, by socket, id and question. A client that asks again from another socket, as c-ares
 * and dig do, makes another transaction. All is by the times of the kernel's clock: the result does not depend on
 * when the records are read, as long as they come in order.
 */
export class TransactionTable<Owner> {
  /** Questions that made room for others: nothing is told of them. */
  evicted = 0;
  /** Questions that were sent again. */
  retries = 0;
  /** Answers to questions that had timed out. */
  lateAnswers = 0;
  /** Answers to questions that had an answer; also all messages of a zone transfer but the first. */
  duplicateAnswers = 0;
  /** Answers to nothing that was asked, or to what was asked before the start or too long ago. */
  unmatchedAnswers = 0;
  /** Messages that are not queries: updates, notifications, and those without a question. */
  ignored = 0;
  readonly maxPending: number;
  readonly #timeoutNs: number;
  readonly #maxAnswers: number;
  readonly #onTransaction: (transaction: DnsTransaction<Owner>) => void;
  readonly #byId: ChainedIndex<Pending<Owner>>;
  /** The one that was last asked first comes first. */
  readonly #pending = new LinkedQueue<Pending<Owner>>();
  readonly #ended: EndedQuestions;

  constructor(options: TransactionTableOptions<Owner>) {
    this.maxPending = options.maxPending ?? 20_000;
    this.#timeoutNs = (options.timeoutMs ?? 6000) * 1e6;
    this.#maxAnswers = options.maxAnswers ?? 64;
    this.#onTransaction = options.onTransaction;
    this.#byId = new ChainedIndex(this.maxPending);
    this.#ended = new EndedQuestions(this.maxPending);
  }

  get pending(): number {
    return this.#pending.size;
  }

  observe(packet: DnsPacket<Owner>, message: DnsMessage): void {
    if (message.opcode !== Opcode.QUERY) this.ignored++;
    else if (message.isResponse) this.#answered(packet, message);
    else this.#asked(packet, message);
  }

  /** Ends what has timed out. Every record of before `nowNs` has been observed. */
  expire(nowNs: number): void {
    let { first } = this.#pending;
    while (first !== undefined && this.#isOver(first, nowNs)) {
      this.#timeOut(first);
      first = this.#pending.first;
    }
  }

  #asked(packet: DnsPacket<Owner>, { id, questions: [question] }: DnsMessage): void {
    if (question === undefined) {
      this.ignored++;
      return;
    }
    const { socket, timeNs, server, transport, owner } = packet;
    const key = keyOf(socket, id);
    const known = this.#find(key, socket, question);
    if (known !== undefined && this.#isAgain(known, timeNs)) {
      this.retries++;
      known.asked.retries++;
      known.lastAskedNs = timeNs;
      this.#pending.remove(known);
      this.#pending.append(known);
      return;
    }
    if (known !== undefined) this.#timeOut(known);
    const asked = { messageId: id, socket, askedNs: timeNs, question, server, transport, retries: 0, owner };
    const links = { previous: undefined, next: undefined, behind: undefined };
    this.#insert({ key, asked, lastAskedNs: timeNs, ...links });
  }

  #answered(packet: DnsPacket<Owner>, message: DnsMessage): void {
    const { socket } = packet;
    const key = keyOf(socket, message.id);
    const [question] = message.questions;
    const pending = this.#find(key, socket, question);
    if (pending === undefined) this.#countUnexpected(this.#ended.outcome(key, socket, question));
    else if (this.#isOver(pending, packet.timeNs)) {
      this.#timeOut(pending);
      this.lateAnswers++;
    } else {
      this.#end(pending, this.#transaction(pending.asked, packet, message));
    }
  }

  /** Every field by name: a spread with another `server` after it takes longer than all the rest. */
  #transaction(
    { messageId, socket, askedNs, question, transport, retries, owner }: Asked<Owner>,
    { server, timeNs }: DnsPacket<Owner>,
    message: DnsMessage,
  ): DnsTransaction<Owner> {
    const { rcode, answerCount, truncated } = message;
    const latencyUs = Math.max(0, Math.floor((timeNs - askedNs) / 1000));
    const answers = message.answers.slice(0, this.#maxAnswers);
    const answersOmitted = Math.max(0, answerCount - answers.length);
    return {
      messageId,
      socket,
      askedNs,
      question,
      server,
      transport,
      retries,
      owner,
      outcome: 'answered',
      rcode,
      latencyUs,
      answers,
      answersOmitted,
      truncated,
    };
  }

  /** A server that did not understand the question may leave it out: its answer is to the oldest with the id. */
  #find(key: number, socket: number, question: DnsQuestion | undefined): Pending<Owner> | undefined {
    return this.#byId.find(
      key,
      ({ asked }) => asked.socket === socket && (question === undefined || isSame(asked.question, question)),
    );
  }

  #isOver(pending: Pending<Owner>, timeNs: number): boolean {
    return timeNs - pending.lastAskedNs > this.#timeoutNs;
  }

  #isAgain(pending: Pending<Owner>, timeNs: number): boolean {
    return !this.#isOver(pending, timeNs) && timeNs - pending.asked.askedNs <= MAX_TIMEOUTS * this.#timeoutNs;
  }

  #insert(pending: Pending<Owner>): void {
    const sameId = this.#byId.add(pending);
    this.#pending.append(pending);
    if (sameId > MAX_SAME_ID) this.#evict(this.#byId.find(pending.key, () => true));
    if (this.#pending.size > this.maxPending) this.#evict(this.#pending.first);
  }

  #evict(pending: Pending<Owner> | undefined): void {
    if (pending === undefined) return;
    this.#remove(pending);
    this.evicted++;
  }

  #timeOut(pending: Pending<Owner>): void {
    this.#end(pending, { ...pending.asked, outcome: 'timeout' });
  }

  #end(pending: Pending<Owner>, transaction: DnsTransaction<Owner>): void {
    this.#remove(pending);
    this.#ended.add(pending.key, transaction, transaction.outcome);
    this.#onTransaction(transaction);
  }

  #remove(pending: Pending<Owner>): void {
    this.#pending.remove(pending);
    this.#byId.remove(pending);
  }

  #countUnexpected(ended: DnsTransaction<Owner>['outcome'] | undefined): void {
    if (ended === undefined) this.unmatchedAnswers++;
    else if (ended === 'timeout') this.lateAnswers++;
    else this.duplicateAnswers++;
  }
}

/** A number, of which a map makes less than of a text. Sockets whose cookies are the same in 32 bits share theirs. */
function keyOf(socket: number, id: number): number {
  return (socket >>> 0) * 0x1_0000 + id;
}
