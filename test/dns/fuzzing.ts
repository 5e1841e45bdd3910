import { type DnsMessage, type ParseFault, parseMessage } from '../../src/probe/dns/message.ts';
import { AddressNames } from '../../src/probe/dns/names.ts';
import { DnsStatistics } from '../../src/probe/dns/statistics.ts';
import { TcpStreams } from '../../src/probe/dns/tcp-streams.ts';
import type { DnsPacket } from '../../src/probe/dns/transaction.ts';
import { TransactionTable } from '../../src/probe/dns/transactions.ts';
import { type Exchange, exchanges, messages } from './corpus.ts';
import { mutated, type Random, seededRandom } from './mutate.ts';

const SOCKETS = 40;
const limits = {
  maxPending: 200,
  maxSeries: 64,
  maxOtherSeries: 32,
  maxAddresses: 100,
  maxConnections: 20,
  maxBufferedBytes: 100_000,
};
const server = { ip: '192.0.2.53', port: 53 };
/** What a terminal, a page or a label can show as it is. */
const printable = /^[ -~]*…?$/;
const MAX_NAME_TEXT = 4 * 255;
const MAX_DATA_TEXT = 1025;
const MIN_RECORD_BYTES = 11;

/** Damaged messages through everything that reads them, as datagrams and as connections. */
export class Fuzzing {
  count = 0;
  readonly read = new Map<ParseFault | 'complete' | 'incomplete', number>();
  answered = 0;
  timedOut = 0;
  readonly #random: Random;
  #nowNs = 0;
  /** What is asked and answered on a socket, for some messages. */
  #exchange: Exchange | undefined;
  #socket = 0;
  readonly #statistics = new DnsStatistics(limits);
  readonly #names = new AddressNames(limits);
  readonly #table = new TransactionTable<undefined>({
    maxPending: limits.maxPending,
    onTransaction: (transaction) => {
      this.#statistics.add({ container: `c${this.#random(3)}`, netns: this.#random(2) }, transaction);
      if (transaction.outcome === 'timeout') this.timedOut++;
      else {
        this.answered++;
        this.#names.learn({ ...transaction, netns: this.#random(2), atNs: this.#nowNs });
      }
    },
  });
  readonly #streams = new TcpStreams<DnsPacket<undefined>>({
    ...limits,
    onMessage: (packet, { bytes, length }) => this.#parse(packet, bytes, length),
  });

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** One damaged message. Throws an error that has its bytes when something is wrong. */
  step(): void {
    const random = this.#random;
    const bytes = mutated(this.#sources(), random);
    this.count++;
    this.#nowNs += random(20_000_000);
    const transport = random(4) === 0 ? 'tcp' : 'udp';
    const packet = {
      socket: this.#socket,
      timeNs: this.#nowNs,
      server,
      transport,
      owner: undefined,
    } as const;
    try {
      if (transport === 'tcp') this.#asSegments(packet, bytes);
      else this.#parse(packet, bytes, bytes.length + (random(3) === 0 ? random(2000) : 0));
      if (random(100) === 0) this.#passTime();
    } catch (cause) {
      throw new Error(`message ${this.count}: ${Buffer.from(bytes).toString('hex')}`, { cause });
    }
  }

  #sources(): Uint8Array[] {
    const random = this.#random;
    if (random(4) === 0) {
      this.#exchange = exchanges[random(exchanges.length)];
      this.#socket = random(SOCKETS);
    }
    if (this.#exchange === undefined || random(4) === 0) return messages;
    return [this.#exchange.query, ...this.#exchange.answers];
  }

  #parse(packet: DnsPacket<undefined>, bytes: Uint8Array, length: number): boolean {
    const result = parseMessage(bytes, length);
    const outcome = result.ok ? (result.message.complete ? 'complete' : 'incomplete') : result.reason;
    this.read.set(outcome, (this.read.get(outcome) ?? 0) + 1);
    const message = result.ok ? result.message : result.partial;
    if (message !== undefined) {
      checkMessage(message, bytes);
      this.#table.observe(packet, message);
    }
    return result.ok;
  }

  /** In parts that are lost, repeated, in another order or not copied whole. */
  #asSegments(packet: DnsPacket<undefined>, message: Uint8Array): void {
    const random = this.#random;
    const prefix =
      random(20) === 0 ? [random(256), random(256)] : [message.length >> 8, message.length & 0xff];
    const stream = Uint8Array.from([...prefix, ...message]);
    let seq = random(1000) === 0 ? random(2 ** 32) : 0;
    for (let at = 0; at < stream.length; ) {
      const part = stream.subarray(at, at + 1 + random(random(3) === 0 ? 8 : 1500));
      at += part.length;
      seq += part.length;
      for (let copies = [0, 1, 1, 1, 1, 1, 2][random(7)] ?? 1; copies > 0; copies--) {
        const bytes = random(4) === 0 ? part.subarray(0, random(part.length + 1)) : part;
        const late = random(10) === 0 ? random(3000) : 0;
        const segment = { seq: (seq + late) >>> 0, bytes, length: part.length, timeNs: packet.timeNs };
        this.#streams.push({ socket: packet.socket, isAnswer: random(2) === 0, segment, context: packet });
      }
    }
    if (random(20) === 0) this.#streams.close(packet.socket);
  }

  #passTime(): void {
    this.#table.expire(this.#nowNs);
    this.#streams.expire(this.#nowNs);
    this.#names.expire(this.#nowNs);
    check(this.#table.pending <= limits.maxPending, 'too many questions wait');
    check([...this.#statistics].length <= limits.maxSeries + limits.maxOtherSeries + 1, 'too many series');
    check(this.#names.size <= limits.maxAddresses, 'too many addresses');
    check(this.#streams.size <= limits.maxConnections, 'too many connections');
    check(this.#streams.bufferedBytes <= limits.maxBufferedBytes, 'too many bytes of connections');
  }
}

function checkMessage(message: DnsMessage, bytes: Uint8Array): void {
  const records = [...message.answers, ...message.authority, ...message.additional];
  check(MIN_RECORD_BYTES * records.length <= bytes.length, 'more records than there is room for');
  for (const { name } of [...message.questions, ...records]) {
    check(name.length > 0 && name.length <= MAX_NAME_TEXT, 'the length of a name');
    check(printable.test(name), 'what is in a name');
  }
  for (const { data, ttl } of records) {
    check(data.length <= MAX_DATA_TEXT, 'the length of data');
    check(printable.test(data), 'what is in data');
    check(Number.isInteger(ttl) && ttl >= 0 && ttl <= 0x7fff_ffff, 'a time to live');
  }
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not as it must be: ${what}`);
}
