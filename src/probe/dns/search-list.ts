import { BoundedMap } from '../owners/bounded-map.ts';
import type { DnsTransaction } from './transaction.ts';

/** A resolver tries one name after the other; a server that does not answer holds it up for some seconds. */
const KEEP_NS = 15e9;
const MAX_NAMES = 64;

interface Tried {
  transactions: number;
  atNs: number;
}

/**
 * Recognises names that were tried with the domains of a search list before they were tried as they are: in Kubernetes
 * (`ndots:5`, three domains), `api.example.com` is first asked for as `api.example.com.shop.svc.cluster.local` and so
 * on, mostly twice each, for A and AAAA.
 */
export class SearchList {
  /** By owner, the latest names that did not lead to an answer. */
  readonly #tried: BoundedMap<string, Map<string, Tried>>;

  constructor(maxOwners = 1024) {
    this.#tried = new BoundedMap(maxOwners);
  }

  /**
   * Transactions of this owner that had the name of this one with another domain after it, and no answer. Each is
   * counted once.
   */
  observe(owner: string, transaction: DnsTransaction<unknown>): number {
    const { name } = transaction.question;
    const tried = this.#tried.get(owner) ?? new Map<string, Tried>();
    const before = takeLonger(tried, name, transaction.askedNs);
    if (foundNothing(transaction)) {
      const transactions = (tried.get(name)?.transactions ?? 0) + 1;
      tried.delete(name);
      tried.set(name, { transactions, atNs: transaction.askedNs });
      if (tried.size > MAX_NAMES) deleteFirst(tried);
    }
    if (tried.size > 0) this.#tried.set(owner, tried);
    else this.#tried.delete(owner);
    return before;
  }
}

function foundNothing(transaction: DnsTransaction<unknown>): boolean {
  if (transaction.outcome !== 'answered') return false;
  const { rcode, answers, answersOmitted } = transaction;
  return rcode === 'NXDOMAIN' || (rcode === 'NOERROR' && answers.length + answersOmitted === 0);
}

/** Removes the names that begin with all of `name`, and those that are too old. */
function takeLonger(tried: Map<string, Tried>, name: string, nowNs: number): number {
  let taken = 0;
  for (const [longer, { transactions, atNs }] of tried) {
    const isOld = nowNs - atNs > KEEP_NS;
    const isLonger = longer.length > name.length && longer[name.length] === '.' && longer.startsWith(name);
    if (isLonger && !isOld) taken += transactions;
    if (isLonger || isOld) tried.delete(longer);
  }
  return taken;
}

function deleteFirst(tried: Map<string, Tried>): void {
  for (const first of tried.keys()) {
    tried.delete(first);
    return;
  }
}
