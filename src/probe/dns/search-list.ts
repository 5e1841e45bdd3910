import { BoundedMap } from '../../lib/bounded-map.ts';
import type { DnsTransaction } from './transaction.ts';

/** A resolver tries one name after the other; a server that does not answer holds it up for some seconds. */
const KEEP_NS = 15e9;
const MAX_LABELS = 64;
/** Names with the same first label: more than a search list has domains. */
const MAX_NAMES = 32;

interface Tried {
  readonly name: string;
  readonly transactions: number;
  readonly atNs: number;
}

/** The one that was tried last is last. */
type Names = Tried[];

/**
 * Recognises names that were tried with the domains of a search list before they were tried as they are: in Kubernetes
 * (`ndots:5`, three domains), `api.example.com` is first asked for as `api.example.com.shop.svc.cluster.local` and so
 * on, mostly twice each, for A and AAAA.
 */
export class SearchList {
  /** By owner and first label, which they all have in common, the latest names that did not lead to an answer. */
  readonly #tried: BoundedMap<string, Map<string, Names>>;

  constructor(maxOwners = 1024) {
    this.#tried = new BoundedMap(maxOwners);
  }

  /**
   * Transactions of this owner that had the name of this one with another domain after it, and no answer. Each is
   * counted once.
   */
  observe(owner: string, transaction: DnsTransaction<unknown>): number {
    const { name } = transaction.question;
    const dot = name.indexOf('.');
    const label = dot === -1 ? name : name.slice(0, dot);
    const tried = this.#tried.get(owner);
    const names = tried?.get(label);
    const before = names === undefined ? 0 : takeLonger(names, name, transaction.askedNs);
    if (foundNothing(transaction)) this.#add(tried ?? this.#open(owner), label, transaction);
    else if (names?.length === 0) tried?.delete(label);
    return before;
  }

  #open(owner: string): Map<string, Names> {
    const tried = new Map<string, Names>();
    this.#tried.set(owner, tried);
    return tried;
  }

  #add(
    tried: Map<string, Names>,
    label: string,
    { question: { name }, askedNs }: DnsTransaction<unknown>,
  ): void {
    const names = tried.get(label) ?? [];
    const known = names.findIndex((each) => each.name === name);
    const [before] = known === -1 ? [] : names.splice(known, 1);
    names.push({ name, transactions: (before?.transactions ?? 0) + 1, atNs: askedNs });
    if (names.length > MAX_NAMES) names.shift();
    tried.delete(label);
    tried.set(label, names);
    if (tried.size > MAX_LABELS) deleteFirst(tried);
  }
}

function foundNothing(transaction: DnsTransaction<unknown>): boolean {
  if (transaction.outcome !== 'answered') return false;
  const { rcode, answers, answersOmitted } = transaction;
  return rcode === 'NXDOMAIN' || (rcode === 'NOERROR' && answers.length + answersOmitted === 0);
}

/** Removes the names that begin with all of `name`, and those that are too old. */
function takeLonger(names: Names, name: string, nowNs: number): number {
  let taken = 0;
  let kept = 0;
  for (const tried of names) {
    const { name: longer, transactions, atNs } = tried;
    const isOld = nowNs - atNs > KEEP_NS;
    const isLonger = longer.length > name.length && longer[name.length] === '.' && longer.startsWith(name);
    if (isLonger && !isOld) taken += transactions;
    if (!isLonger && !isOld) names[kept++] = tried;
  }
  names.length = kept;
  return taken;
}

function deleteFirst(map: Map<string, unknown>): void {
  for (const first of map.keys()) {
    map.delete(first);
    return;
  }
}
