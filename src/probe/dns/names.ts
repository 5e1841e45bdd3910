import { isIP } from 'node:net';
import { type Linked, LinkedQueue } from '../../lib/linked-queue.ts';
import type { DnsQuestion, DnsRecord } from './message.ts';

/** What an address was looked up as. */
export interface AddressName {
  domain: string;
  /** Other names that were looked up and lead there, at least: above 0, `domain` is only the latest of them. */
  others: number;
}

export interface LearnedAnswer {
  /** Of who asked: only there does the answer name an address. */
  netns: number;
  question: DnsQuestion;
  answers: DnsRecord[];
  /** When it came. */
  atNs: number;
}

export interface AddressNamesOptions {
  /** Addresses, each in its network namespace; default 20,000, about 300 bytes each with one name. */
  maxAddresses?: number;
  maxNamesPerAddress?: number;
  /** Kept for as long after the time to live: clients keep addresses for longer than they should. Default 1 minute. */
  graceNs?: number;
}

interface Name {
  domain: string;
  expiresNs: number;
  /** Connections that were opened under this name. */
  connections: number;
}

/** From then on, every answer gave the address this name; the next sighting ends it. */
interface Sighting {
  name: Name;
  sinceNs: number;
}

interface Address extends Linked<Address> {
  readonly key: string;
  /** The latest one last. */
  names: Name[];
  /** In the order of their times: answers and connections are not read in one order. */
  sightings: Sighting[];
  connections: number;
}

/** A connection's hold on the name of its destination. What it says does not change. */
export interface NameLease extends AddressName {
  readonly address: Address;
  readonly name: Name;
}

/** Servers and resolvers give up sooner. */
const MAX_ALIASES = 16;
/** Of an address: more than its names change while records of connections wait to be read. */
const MAX_SIGHTINGS = 32;

/**
 * The names of addresses, from the answers that each network namespace saw. A name is what was asked for, not the last
 * alias on the way. It stays for as long as the answer allows, and as long as there are connections under it.
 */
export class AddressNames {
  /** Addresses that made room for others. */
  evicted = 0;
  /** Addresses without a place, because there is a connection to each of the others. */
  refused = 0;
  /** Names that made room for other names of their address, or had no place there. */
  namesDropped = 0;
  readonly maxAddresses: number;
  readonly #maxNames: number;
  readonly #graceNs: number;
  readonly #addresses = new Map<string, Address>();
  /** Those without a connection; the one that was learned or released last is last. */
  readonly #idle = new LinkedQueue<Address>();

  constructor(options: AddressNamesOptions = {}) {
    this.maxAddresses = options.maxAddresses ?? 20_000;
    this.#maxNames = options.maxNamesPerAddress ?? 8;
    this.#graceNs = options.graceNs ?? 60e9;
  }

  get size(): number {
    return this.#addresses.size;
  }

  learn({ netns, question, answers, atNs }: LearnedAnswer): void {
    let alias = question.name;
    let ttl = Number.POSITIVE_INFINITY;
    for (let count = 0; count <= MAX_ALIASES; count++) {
      let target: DnsRecord | undefined;
      for (const record of answers) {
        if (record.name !== alias) continue;
        if (record.type === 'CNAME') target = record;
        else if ((record.type === 'A' || record.type === 'AAAA') && isIP(record.data)) {
          const expiresNs = atNs + Math.min(ttl, record.ttl) * 1e9 + this.#graceNs;
          const name = { domain: question.name, expiresNs, connections: 0 };
          this.#learn(keyOf(netns, record.data), name, atNs);
        }
      }
      if (target === undefined) return;
      alias = target.data;
      ttl = Math.min(ttl, target.ttl);
    }
  }

  /** The name that `ip` had at a time: of several, the latest by then. */
  lookup(netns: number, ip: string, atNs: number): AddressName | undefined {
    const found = this.#find(keyOf(netns, ip), atNs);
    return found && { domain: found.name.domain, others: found.others };
  }

  /**
   * The name for a connection that was opened at a time, kept until release(). Undefined: none is known, or not yet;
   * the records of answers and of connections come on different ways.
   */
  acquire(netns: number, ip: string, openedNs: number): NameLease | undefined {
    const found = this.#find(keyOf(netns, ip), openedNs);
    if (found === undefined) return undefined;
    const { address, name, others } = found;
    if (address.connections === 0) this.#idle.remove(address);
    name.connections++;
    address.connections++;
    return { domain: name.domain, others, address, name };
  }

  /** Once for each lease. */
  release({ address, name }: NameLease): void {
    name.connections--;
    address.connections--;
    if (address.connections === 0) this.#idle.append(address);
  }

  /** To be called now and then: forgets what is too old. */
  expire(nowNs: number): void {
    for (const address of this.#addresses.values()) {
      address.names = address.names.filter((name) => isKnown(name, nowNs));
      address.sightings = address.sightings.filter(({ name }) => address.names.includes(name));
      if (address.names.length === 0) this.#remove(address);
    }
  }

  #find(key: string, atNs: number): { address: Address; name: Name; others: number } | undefined {
    const address = this.#addresses.get(key);
    if (address === undefined) return undefined;
    const known = address.names.filter((name) => isKnown(name, atNs));
    const seen = address.sightings.findLast(({ name, sinceNs }) => sinceNs <= atNs && known.includes(name));
    const name = seen?.name ?? known[0];
    return name && { address, name, others: known.length - 1 };
  }

  #learn(key: string, learned: Name, atNs: number): void {
    const address = this.#addresses.get(key) ?? this.#make(key);
    if (address === undefined) return;
    const known = address.names.findIndex(({ domain }) => domain === learned.domain);
    const [name = learned] = known === -1 ? [] : address.names.splice(known, 1);
    name.expiresNs = Math.max(name.expiresNs, learned.expiresNs);
    address.names.push(name);
    if (address.names.length > this.#maxNames) this.#dropName(address);
    const isNew = address.names.at(-1) === name && address.sightings.at(-1)?.name !== name;
    if (isNew) address.sightings.push({ name, sinceNs: atNs });
    if (address.sightings.length > MAX_SIGHTINGS) address.sightings.shift();
    if (address.connections > 0) return;
    this.#idle.remove(address);
    this.#idle.append(address);
  }

  #dropName(address: Address): void {
    const oldest = address.names.findIndex(({ connections }) => connections === 0);
    const [dropped] = address.names.splice(oldest, 1);
    address.sightings = address.sightings.filter(({ name }) => name !== dropped);
    this.namesDropped++;
  }

  #make(key: string): Address | undefined {
    if (this.size >= this.maxAddresses) {
      const oldest = this.#idle.first;
      if (oldest === undefined) {
        this.refused++;
        return undefined;
      }
      this.#remove(oldest);
      this.evicted++;
    }
    const links = { previous: undefined, next: undefined };
    const address: Address = { key, names: [], sightings: [], connections: 0, ...links };
    this.#addresses.set(key, address);
    this.#idle.append(address);
    return address;
  }

  /** One without a connection. */
  #remove(address: Address): void {
    this.#addresses.delete(address.key);
    this.#idle.remove(address);
  }
}

function isKnown({ connections, expiresNs }: Name, atNs: number): boolean {
  return connections > 0 || atNs <= expiresNs;
}

/** The number of a namespace is above 2^31: as a signed one, the engine turns it into text in a fraction of the time. */
function keyOf(netns: number, ip: string): string {
  return `${netns | 0} ${ip}`;
}
