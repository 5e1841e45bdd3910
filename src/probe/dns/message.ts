import { RecordType, rcodeName, typeName } from './codes.ts';
import { type NameFault, NameReader } from './domain-name.ts';
import { RecordDataReader } from './rdata.ts';

/** Why the bytes are not a DNS message. */
export type ParseFault = NameFault | 'short_header' | 'question_truncated' | 'record_truncated' | 'bad_rdata';

export interface DnsQuestion {
  name: string;
  /** Mnemonic, or `TYPE123`. */
  type: string;
}

export interface DnsRecord {
  name: string;
  type: string;
  /** As in a zone file, bounded; `…` at the end stands for the rest. */
  data: string;
  /** Seconds. */
  ttl: number;
}

export interface DnsMessage {
  id: number;
  isResponse: boolean;
  opcode: number;
  /** Mnemonic of the header's code and, where there is EDNS, its upper bits. */
  rcode: string;
  /** The sender left something out, for want of room: the TC bit. */
  truncated: boolean;
  questions: DnsQuestion[];
  answers: DnsRecord[];
  authority: DnsRecord[];
  /** Without the OPT record, which is `edns`. */
  additional: DnsRecord[];
  edns?: { version: number; udpSize: number; dnssecOk: boolean };
  /** Answers that the header speaks of. */
  answerCount: number;
  /** All that the message has is here: its copy is complete and what it says of itself holds. */
  complete: boolean;
}

/** `partial` is what was read before the fault, when at least the header is there. */
export type ParseResult =
  | { ok: true; message: DnsMessage }
  | { ok: false; reason: ParseFault; partial?: DnsMessage };

const HEADER_BYTES = 12;
/** Type, class, time to live and length. */
const RECORD_BYTES = 10;
/** RFC 2181 §8: a time to live with the first bit set counts as 0. */
const MAX_TTL = 0x7fff_ffff;

/**
 * Reads a DNS message, without the length that it has before it over TCP. Bytes may be anything: there is always a
 * result, after a number of steps that is bounded by their number. `messageLength` is given when the bytes are only
 * the beginning of a message of that length: what is there is read, and the message is not `complete`. Bytes after
 * the last record are ignored.
 */
export function parseMessage(bytes: Uint8Array, messageLength: number = bytes.length): ParseResult {
  if (bytes.length < HEADER_BYTES) return { ok: false, reason: 'short_header' };
  const parser = new MessageParser(bytes, Math.max(messageLength, bytes.length));
  const fault = parser.parse();
  const { message } = parser;
  if (fault === undefined) return { ok: true, message };
  return { ok: false, reason: fault, partial: message };
}

class MessageParser {
  readonly message: DnsMessage;
  readonly #bytes: Uint8Array;
  readonly #messageLength: number;
  readonly #names: NameReader;
  #data: RecordDataReader | undefined;
  #at = HEADER_BYTES;

  constructor(bytes: Uint8Array, messageLength: number) {
    this.#bytes = bytes;
    this.#messageLength = messageLength;
    this.#names = new NameReader(bytes);
    const flags = this.#uint16(2);
    this.message = {
      id: this.#uint16(0),
      isResponse: (flags & 0x8000) !== 0,
      opcode: (flags >> 11) & 0xf,
      rcode: rcodeName(flags & 0xf),
      truncated: (flags & 0x0200) !== 0,
      questions: [],
      answers: [],
      authority: [],
      additional: [],
      answerCount: this.#uint16(6),
      complete: false,
    };
  }

  parse(): ParseFault | undefined {
    const { message } = this;
    const fault =
      this.#questions(this.#uint16(4)) ??
      this.#records(this.#uint16(6), message.answers) ??
      this.#records(this.#uint16(8), message.authority) ??
      this.#records(this.#uint16(10), message.additional);
    if (fault === 'copy_ends') return undefined;
    message.complete = fault === undefined;
    return fault;
  }

  #questions(count: number): ParseFault | 'copy_ends' | undefined {
    for (let index = 0; index < count; index++) {
      const name = this.#names.read(this.#at);
      const at = this.#names.next;
      if (name === undefined) return this.#nameFault('question_truncated');
      if (at + 4 > this.#bytes.length) return this.#endsAt(at + 4, 'question_truncated');
      this.message.questions.push({ name, type: typeName(this.#uint16(at)) });
      this.#at = at + 4;
    }
    return undefined;
  }

  #records(count: number, records: DnsRecord[]): ParseFault | 'copy_ends' | undefined {
    for (let index = 0; index < count; index++) {
      const name = this.#names.read(this.#at);
      const at = this.#names.next;
      if (name === undefined) return this.#nameFault('record_truncated');
      if (at + RECORD_BYTES > this.#bytes.length) return this.#endsAt(at + RECORD_BYTES, 'record_truncated');
      const type = this.#uint16(at);
      const end = at + RECORD_BYTES + this.#uint16(at + 8);
      if (end > this.#bytes.length) return this.#endsAt(end, 'record_truncated');
      if (type === RecordType.OPT) this.#extension(at);
      else {
        this.#data ??= new RecordDataReader(this.#bytes, this.#names);
        const data = this.#data.read({ type, class: this.#uint16(at + 2), at: at + RECORD_BYTES, end });
        if (data === undefined) return 'bad_rdata';
        const ttl = this.#uint16(at + 4) * 0x1_0000 + this.#uint16(at + 6);
        records.push({ name, type: typeName(type), data, ttl: ttl > MAX_TTL ? 0 : ttl });
      }
      this.#at = end;
    }
    return undefined;
  }

  /** EDNS, RFC 6891 §6.1: its record has other fields in the places of class and time to live. */
  #extension(at: number): void {
    const upperRcode = this.#bytes[at + 4] ?? 0;
    this.message.rcode = rcodeName((upperRcode << 4) | (this.#uint16(2) & 0xf));
    this.message.edns = {
      version: this.#bytes[at + 5] ?? 0,
      udpSize: this.#uint16(at + 2),
      dnssecOk: (this.#uint16(at + 6) & 0x8000) !== 0,
    };
  }

  #nameFault(truncated: ParseFault): ParseFault | 'copy_ends' {
    const { fault } = this.#names;
    if (fault === 'name_truncated') return this.#endsAt(this.#bytes.length + 1, truncated);
    return fault ?? truncated;
  }

  /** Something ends after the bytes that are there. */
  #endsAt(end: number, fault: ParseFault): ParseFault | 'copy_ends' {
    return end <= this.#messageLength ? 'copy_ends' : fault;
  }

  #uint16(at: number): number {
    return ((this.#bytes[at] ?? 0) << 8) | (this.#bytes[at + 1] ?? 0);
  }
}
