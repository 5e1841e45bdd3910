import { getSystemErrorName } from 'node:util';
import type { FlowRecord } from '../events.gen.ts';
import type { Conntrack, Native } from '../native.ts';
import { type Answer, MAX_REQUEST_SIZE, parseAnswers, writeLookup, writeTableRequest } from './ct-message.ts';

/** Lookups in one system call: half the cost of one by one, and more gain nothing. */
export const LOOKUP_BATCH = 32;
/** The kernel answers with 200 to 500 bytes. */
const ANSWER_BYTES = 2048;
const SEQUENCES = 0x1_0000_0000;

export interface TableFill {
  entries: number;
  /** 0 = the kernel does not say (before 4.19). */
  maxEntries: number;
}

/** The kernel's connection table of one network namespace, over netlink. */
export class ConntrackTable {
  readonly #socket: Conntrack;
  readonly #requests = new Uint8Array(LOOKUP_BATCH * MAX_REQUEST_SIZE);
  readonly #request = new DataView(this.#requests.buffer);
  readonly #answers = new Uint8Array(LOOKUP_BATCH * ANSWER_BYTES);
  #sequence = 0;

  /** `netns` is a file such as /proc/1/ns/net. Throws when its table cannot be read, and says why. */
  constructor(native: Pick<Native, 'Conntrack'>, netns: string) {
    this.#socket = new native.Conntrack(netns);
    try {
      this.fill();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  fill(): TableFill {
    const [answer] = this.#exchange(writeTableRequest(this.#request, 0, this.#sequence), 1).answers;
    if (answer?.kind !== 'table') throw new Error(explain(answer));
    return answer;
  }

  /**
   * Asks for the connection of each record, LOOKUP_BATCH at most. Answers are in the order of the records, those
   * that the kernel left out undefined; they point into `view`, which the next call overwrites.
   */
  lookUp(records: readonly FlowRecord[]): { view: DataView; answers: (Answer | undefined)[] } {
    let size = 0;
    records.forEach((record, index) => {
      const sequence = (this.#sequence + index) % SEQUENCES;
      size += writeLookup(this.#request, size, { record, sequence });
    });
    return this.#exchange(size, records.length);
  }

  close(): void {
    this.#socket.close();
  }

  #exchange(size: number, count: number): { view: DataView; answers: (Answer | undefined)[] } {
    const first = this.#sequence;
    this.#sequence = (first + count) % SEQUENCES;
    const bytes = this.#socket.exchange(this.#requests.subarray(0, size), this.#answers);
    const { view, answers } = parseAnswers(this.#answers.subarray(0, bytes));
    const inOrder: (Answer | undefined)[] = new Array(count).fill(undefined);
    for (const answer of answers) {
      const index = (answer.sequence - first + SEQUENCES) % SEQUENCES;
      if (index < count) inOrder[index] = answer;
    }
    return { view, answers: inOrder };
  }
}

const EPERM = 1;
const EINVAL = 22;

/** Why an answer is not what was asked for, and what to do. */
export function explain(answer: Answer | undefined): string {
  const errno = answer?.kind === 'error' ? answer.errno : 0;
  if (errno === EPERM) return 'conntrack may not be read: that needs CAP_NET_ADMIN';
  if (errno === EINVAL) return 'the kernel has no conntrack to read: load the module nf_conntrack_netlink';
  return `conntrack does not answer as it should (${errno === 0 ? 'nothing' : getSystemErrorName(-errno)})`;
}
