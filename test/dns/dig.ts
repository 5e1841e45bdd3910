import type { DnsMessage, DnsQuestion, DnsRecord } from '../../src/probe/dns/message.ts';

/** Types whose data dig and the parser both write as fields with names among them. */
const withNames = new Set(['NS', 'CNAME', 'PTR', 'DNAME', 'MX', 'SRV', 'SOA', 'HTTPS', 'SVCB']);
const sameForm = new Set(['A', 'TXT', ...withNames]);

type Section = 'questions' | 'answers' | 'authority' | 'additional';

const sections: Record<string, Section> = {
  QUESTION: 'questions',
  ANSWER: 'answers',
  AUTHORITY: 'authority',
  ADDITIONAL: 'additional',
};

export type Judged = Pick<DnsMessage, 'answers' | 'authority' | 'additional'> & {
  questions: DnsQuestion[];
  header?: { id: number; rcode: string; truncated: boolean; hasEdns: boolean };
};

/** Reads what dig printed of one message; of a zone transfer, that is answers without headings. */
export function readDig(lines: string[]): Partial<Judged> {
  const judged: Judged = { questions: [], answers: [], authority: [], additional: [] };
  let section: Section = 'answers';
  for (const line of lines) {
    const heading = /^;; (QUESTION|ANSWER|AUTHORITY|ADDITIONAL) SECTION/.exec(line)?.[1];
    if (heading !== undefined) section = sections[heading] ?? section;
    else if (section !== 'questions') judged[section].push(...(line.startsWith(';') ? [] : [record(line)]));
    else if (/^;[^;]/.test(line)) judged.questions.push(question(line.slice(1)));
  }
  const text = lines.join('\n');
  const header = /status: (\w+), id: (\d+)\n;; flags: ([a-z ]*);/.exec(text);
  if (header === null) return { answers: judged.answers };
  const [, rcode = '', id = '', flags = ''] = header;
  const truncated = flags.split(' ').includes('tc');
  const hasEdns = text.includes('OPT PSEUDOSECTION');
  return { ...judged, header: { id: Number(id), rcode, truncated, hasEdns } };
}

/** The same, of what the parser read, with the data left out that the two write differently. */
export function asDig(message: DnsMessage): Judged {
  const { questions, id, rcode, truncated } = message;
  return {
    questions,
    answers: message.answers.map(comparable),
    authority: message.authority.map(comparable),
    additional: message.additional.map(comparable),
    header: { id, rcode, truncated, hasEdns: message.edns !== undefined },
  };
}

function comparable(read: DnsRecord): DnsRecord {
  if (read.type === 'AAAA') return { ...read, data: canonicalAddress(read.data) };
  return sameForm.has(read.type) ? read : { ...read, data: read.data.slice(0, 2) };
}

function question(line: string): DnsQuestion {
  const [name = '', , type = ''] = line.trim().split(/\s+/);
  return { name: withoutDot(name), type };
}

function record(line: string): DnsRecord {
  const [, name = '', ttl = '', type = '', data = ''] = /^(\S+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
  return { name: withoutDot(name), ttl: Number(ttl), type, data: dataText(type, data) };
}

function dataText(type: string, data: string): string {
  if (type === 'AAAA') return canonicalAddress(data);
  if (withNames.has(type)) return data.split(' ').map(withoutDot).join(' ');
  return sameForm.has(type) ? data : '\\#';
}

/** dig has the last 32 bits of a mapped address as IPv4 has them. */
function canonicalAddress(text: string): string {
  return new URL(`http://[${text}]`).hostname;
}

function withoutDot(name: string): string {
  return /[^.]\.$/.test(name) ? name.slice(0, -1).toLowerCase() : name;
}
