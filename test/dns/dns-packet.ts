import { type DecodedPacket, decode } from 'dns-packet';
import type { DnsMessage } from '../../src/probe/dns/message.ts';

/** What the library dns-packet and the parser both say of a message, in one form. */
export interface Judged {
  id: number;
  isResponse: boolean;
  truncated: boolean;
  questions: [name: string, type: string][];
  /** Of the answer, authority and additional sections; without data where the two write it differently. */
  records: [name: string, type: string, ttl: number, data: string | undefined][];
}

type Answer = NonNullable<DecodedPacket['answers']>[number];
type DataAnswer = Exclude<Answer, { type: 'OPT' }>;

const MAX_TTL = 0x7fff_ffff;
/** It joins labels as they are: apart from dots in them, what would need a quote is not for it to judge. */
const plainName = /^(\.|[\w-]+(\.[\w-]+)*)$/;
/** It finds the end of some other types by their content, not by their length. */
const judgedTypes = /^(A|AAAA|CNAME|DNAME|NS|PTR|MX|SRV|SOA|TXT|OPT|UNKNOWN_\d+)$/;
/** A type without a name there, or with another one. */
const otherType = /^(UNKNOWN_\d+|TYPE\d+)$/;

/** Undefined: dns-packet refuses the bytes, or is no judge of them. */
export function readWithDnsPacket(bytes: Uint8Array): Judged | undefined {
  let packet: DecodedPacket;
  try {
    packet = decode(Buffer.from(bytes));
  } catch {
    return undefined;
  }
  const { questions = [], answers = [], authorities = [], additionals = [] } = packet;
  const records = [...answers, ...authorities, ...additionals];
  if (!records.every(({ name, type }) => plainName.test(name) && judgedTypes.test(type))) return undefined;
  if (!questions.every(({ name }) => plainName.test(name))) return undefined;
  return {
    id: packet.id ?? 0,
    isResponse: packet.type === 'response',
    truncated: packet.flag_tc,
    questions: questions.map(({ name, type }) => [name.toLowerCase(), type]),
    records: records.filter(isData).map(recordOf),
  };
}

/** What the parser read, as far as the judge can say the same. */
export function asJudged(message: DnsMessage, judged: Judged): Judged {
  const { id, isResponse, truncated, questions, answers, authority, additional } = message;
  return {
    id,
    isResponse,
    truncated,
    questions: questions.map(({ name, type }, at) => [
      unquoted(name),
      judgedType(type, judged.questions[at]?.[1]),
    ]),
    records: [...answers, ...authority, ...additional].map(({ name, type, ttl, data }, at) => [
      unquoted(name),
      judgedType(type, judged.records[at]?.[1]),
      ttl,
      judged.records[at]?.[3] === undefined ? undefined : unquoted(data),
    ]),
  };
}

function unquoted(text: string): string {
  return text.replaceAll('\\.', '.');
}

function judgedType(type: string, judged: string | undefined): string {
  return judged !== undefined && otherType.test(judged) ? judged : type;
}

function isData(answer: Answer): answer is DataAnswer {
  return answer.type !== 'OPT';
}

function recordOf(answer: DataAnswer): Judged['records'][number] {
  const ttl = answer.ttl ?? 0;
  const data = answer.class === 'IN' ? dataOf(answer) : undefined;
  return [answer.name.toLowerCase(), answer.type, ttl > MAX_TTL ? 0 : ttl, data];
}

function dataOf(answer: DataAnswer): string | undefined {
  switch (answer.type) {
    case 'A':
      return answer.data;
    case 'CNAME':
    case 'DNAME':
    case 'NS':
    case 'PTR':
      return names(answer.data);
    case 'MX':
      return names(answer.data.exchange, `${answer.data.preference ?? 0} `);
    case 'SRV': {
      const { priority = 0, weight = 0, port, target } = answer.data;
      return names(target, `${priority} ${weight} ${port} `);
    }
    default:
      return undefined;
  }
}

function names(name: string, before = ''): string | undefined {
  return plainName.test(name) ? before + name.toLowerCase() : undefined;
}
