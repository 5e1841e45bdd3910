import { parseMessage } from '../dns/message.ts';
import type { Asker } from '../dns/row.ts';
import { TcpStreams } from '../dns/tcp-streams.ts';
import type { DnsPacket, DnsTransaction, Endpoint } from '../dns/transaction.ts';
import { TransactionTable } from '../dns/transactions.ts';
import { DnsRecord, IpProtocol, LossCounter } from '../events.gen.ts';
import { formatAddress } from '../flows/address.ts';
import type { BpfObject, ProgramInfo } from '../native.ts';
import type { OwnerResolver } from '../owners/owner.ts';
import { type DnsHooksOptions, openDns } from './dns-hooks.ts';

export interface DnsSourceOptions extends DnsHooksOptions {
  timeoutMs: number;
  owners: Pick<OwnerResolver, 'resolveOwner'>;
  bootNs(): number;
  onTransaction(transaction: DnsTransaction<Asker>): void;
}

const DRAIN_BYTES = 1024 * 1024;
/** Of a datagram that answers: its transaction has the asker of the question. */
const NOBODY: Asker = { netns: 0, pid: 0, comm: '', cgroupId: 0, source: { ip: '', port: 0 }, owner: {} };

/**
 * DNS transactions of every socket of the node, from bpf/dns.bpf.c. Constructing it loads and attaches the programs;
 * where that is turned off or the kernel refuses them, there are none, and `reason` says why.
 */
export class DnsSource {
  readonly isOn: boolean;
  readonly reason: string | undefined;
  readonly transactions: TransactionTable<Asker>;
  readonly streams: TcpStreams<DnsPacket<Asker>>;
  /** Messages that were longer than what is copied of them: what is missing are their last records. */
  cut = 0;
  /** Datagrams and TCP messages on a port of DNS that are no DNS message, or a damaged one. */
  malformed = 0;
  readonly #object: BpfObject | undefined;
  readonly #options: DnsSourceOptions;
  readonly #batch = new Uint8Array(DRAIN_BYTES);
  readonly #record = new DnsRecord(new DataView(this.#batch.buffer));

  /** Throws SP_ADDON_MISMATCH or SP_BPF_OBJECT_INVALID. */
  constructor(options: DnsSourceOptions) {
    this.#options = options;
    const { timeoutMs, onTransaction } = options;
    this.transactions = new TransactionTable({ timeoutMs, onTransaction });
    this.streams = new TcpStreams({
      onMessage: (packet, { bytes, length, timeNs }) =>
        this.#observe({ ...packet, timeNs }, { bytes, length }),
    });
    ({ object: this.#object, reason: this.reason } = openDns(options));
    this.isOn = this.#object !== undefined;
  }

  /** Takes every record that is waiting, and ends what has timed out. */
  drain(): void {
    if (this.#object === undefined) return;
    const beforeNs = this.#options.bootNs();
    for (;;) {
      const bytes = this.#object.drain('events', this.#batch);
      const record = this.#record;
      for (record.offset = 0; record.offset < bytes; record.offset += (record.size + 7) & ~7)
        this.#take(record);
      if (bytes < DRAIN_BYTES / 2) break;
    }
    this.transactions.expire(beforeNs);
  }

  /** To be called now and then: gives up what TCP did not deliver. */
  expire(): void {
    this.streams.expire(this.#options.bootNs());
  }

  /** What was not seen, or not whole, by reason. */
  losses(): Record<string, number> {
    const counts = this.#object?.counters('loss') ?? [];
    const { transactions, streams } = this;
    return {
      ringDns: counts[LossCounter.RING_DNS] ?? 0,
      dnsUnread: counts[LossCounter.DNS_UNREAD] ?? 0,
      dnsCut: this.cut,
      dnsMalformed: this.malformed,
      dnsQuestionsEvicted: transactions.evicted,
      dnsStreamsAbandoned: streams.abandoned,
      dnsStreamGaps: streams.gaps,
    };
  }

  programs(): ProgramInfo[] {
    return this.#object?.programs() ?? [];
  }

  close(): void {
    this.#object?.close();
  }

  #take(record: DnsRecord): void {
    const { seq, copied, length, atNs: timeNs, cookie: socket, offset } = record;
    const isAnswer = record.isAnswer === 1;
    const isUdp = record.protocol === IpProtocol.UDP;
    const bytes = this.#batch.subarray(offset + DnsRecord.size, offset + DnsRecord.size + copied);
    const packet: DnsPacket<Asker> = {
      socket,
      timeNs,
      server: this.#endpoint(record, DnsRecord.at.server, record.serverPort),
      transport: isUdp ? 'udp' : 'tcp',
      owner: isUdp && isAnswer ? NOBODY : this.#asker(record),
    };
    if (isUdp) this.#observe(packet, { bytes, length }, isAnswer);
    else {
      this.streams.push({ socket, isAnswer, segment: { seq, bytes, length, timeNs }, context: packet });
      if (isAnswer && record.ends === 1) this.streams.end(socket);
    }
  }

  /** Returns whether it is a message. Of a damaged one, what could be read counts: it answers its question, badly. */
  #observe(
    packet: DnsPacket<Asker>,
    { bytes, length }: { bytes: Uint8Array; length: number },
    isAnswer?: boolean,
  ): boolean {
    const parsed = parseMessage(bytes, length);
    const message = parsed.ok ? parsed.message : parsed.partial;
    if (!parsed.ok) this.malformed++;
    else if (!parsed.message.complete) this.cut++;
    // On a socket that is itself at a port of DNS, queries and answers go both ways.
    const isOurs = message !== undefined && (isAnswer === undefined || isAnswer === message.isResponse);
    if (isOurs) this.transactions.observe(packet, message);
    return parsed.ok;
  }

  #asker(record: DnsRecord): Asker {
    const { netns, pid, cgroupId, atNs } = record;
    return {
      netns,
      pid,
      comm: pid === 0 ? '' : record.comm,
      cgroupId,
      source: this.#endpoint(record, DnsRecord.at.client, record.clientPort),
      owner: this.#options.owners.resolveOwner({ cgroupId, pid, atNs }),
    };
  }

  #endpoint({ view, offset, family }: DnsRecord, at: number, port: number): Endpoint {
    return { ip: formatAddress(view, offset + at, family), port };
  }
}
