import { expect, test } from 'vitest';
import {
  messageBytes,
  nameBytes,
  pointer,
  questionBytes,
  RESPONSE,
  recordBytes,
  uint16,
} from './message.fixture.ts';
import { type DnsMessage, type ParseFault, parseMessage } from './message.ts';

const A = 1;
const question = questionBytes('www.shop.test', A);
const address = recordBytes({ type: A, data: [192, 0, 2, 1] });

function read(bytes: Uint8Array, messageLength?: number): DnsMessage {
  const result = parseMessage(bytes, messageLength);
  if (!result.ok) throw new Error(`refused: ${result.reason}`);
  return result.message;
}

function refused(bytes: Uint8Array): ParseFault | undefined {
  const result = parseMessage(bytes);
  return result.ok ? undefined : result.reason;
}

test('a question', () => {
  expect(read(messageBytes({ id: 0xbeef, questions: [question] }))).toEqual({
    id: 0xbeef,
    isResponse: false,
    opcode: 0,
    rcode: 'NOERROR',
    truncated: false,
    questions: [{ name: 'www.shop.test', type: 'A' }],
    answers: [],
    authority: [],
    additional: [],
    answerCount: 0,
    complete: true,
  });
});

test('an answer with records in each section', () => {
  const server = recordBytes({ type: 2, name: pointer(16), data: nameBytes('ns1') });
  const bytes = messageBytes({
    flags: RESPONSE | 0x0200,
    questions: [question],
    answers: [address, recordBytes({ type: A, data: [192, 0, 2, 2], ttl: 0x7fff_ffff })],
    authority: [server],
    additional: [recordBytes({ type: A, name: nameBytes('ns1'), data: [192, 0, 2, 53] })],
  });
  expect(read(bytes)).toMatchObject({
    isResponse: true,
    truncated: true,
    answers: [
      { name: 'www.shop.test', type: 'A', data: '192.0.2.1', ttl: 300 },
      { name: 'www.shop.test', type: 'A', data: '192.0.2.2', ttl: 0x7fff_ffff },
    ],
    authority: [{ name: 'shop.test', type: 'NS', data: 'ns1', ttl: 300 }],
    additional: [{ name: 'ns1', type: 'A', data: '192.0.2.53', ttl: 300 }],
    answerCount: 2,
  });
});

test('EDNS gives the upper bits of the response code and is no record', () => {
  const option = recordBytes({ type: 41, name: [0], class: 1232, ttl: 0x0100_8000, data: [0, 10, 0, 1, 7] });
  const message = read(messageBytes({ flags: RESPONSE, questions: [question], additional: [option] }));
  expect(message).toMatchObject({ rcode: 'BADVERS', additional: [] });
  expect(message.edns).toEqual({ version: 0, udpSize: 1232, dnssecOk: true });
});

test.each([
  ['NXDOMAIN', 3],
  ['REFUSED', 5],
  ['RCODE12', 12],
])('response code %s', (name, code) => {
  expect(read(messageBytes({ flags: RESPONSE | code, questions: [question] })).rcode).toBe(name);
});

test.each<[string, number, number[], string]>([
  ['AAAA', 28, [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], '2001:db8::1'],
  ['CNAME', 5, [3, 0x63, 0x64, 0x6e, ...pointer(16)], 'cdn.shop.test'],
  ['PTR', 12, nameBytes('host.test'), 'host.test'],
  ['NS', 2, nameBytes(''), '.'],
  ['MX', 15, [...uint16(10), ...pointer(12)], '10 www.shop.test'],
  ['SRV', 33, [...[1, 2, 443].flatMap(uint16), ...nameBytes('a.test')], '1 2 443 a.test'],
  [
    'SOA',
    6,
    [...nameBytes('ns.test'), ...nameBytes('root.test'), ...[1, 2, 3, 4, 5].flatMap((n) => [0, 0, 0, n])],
    'ns.test root.test 1 2 3 4 5',
  ],
  ['TXT', 16, [3, 0x61, 0x22, 0x62, 0, 2, 0x5c, 0xff], '"a\\"b" "" "\\\\\\255"'],
  ['HTTPS', 65, [0, 1, 0, ...uint16(1), ...uint16(6), 2, 0x68, 0x32, 2, 0x68, 0x33], '1 . alpn="h2,h3"'],
  ['HTTPS', 65, [0, 1, 0, ...uint16(3), ...uint16(2), ...uint16(8443)], '1 . port=8443'],
  ['SVCB', 64, [0, 0, ...nameBytes('svc.test')], '0 svc.test'],
  ['SVCB', 64, [0, 1, 0, ...[0, 4, 1, 9].flatMap(uint16)], '1 . mandatory=alpn,key9'],
  ['SVCB', 64, [0, 1, 0, ...[9, 1].flatMap(uint16), 0x61], '1 . key9="a"'],
  ['CAA', 257, [0, 5, 0x69], '\\# 3 000569'],
  ['TYPE65400', 65_400, [], '\\# 0'],
])('data of type %s', (name, type, data, text) => {
  const bytes = messageBytes({
    flags: RESPONSE,
    questions: [question],
    answers: [recordBytes({ type, data })],
  });
  expect(read(bytes).answers).toEqual([{ name: 'www.shop.test', type: name, data: text, ttl: 300 }]);
});

test.each<[string, number, number[]]>([
  ['an address of five bytes', A, [1, 2, 3, 4, 5]],
  ['an address of none', A, []],
  ['half an IPv6 address', 28, [1, 2, 3, 4, 5, 6, 7, 8]],
  ['a name that goes on after the data', 5, [3, 0x61]],
  ['data that goes on after the name', 5, [0, 0]],
  ['a preference without a name', 15, [0, 10]],
  ['a start of authority without numbers', 6, [0, 0]],
  ['a text that is longer than the data', 16, [9, 0x61]],
  ['no text', 16, []],
  ['a parameter that is longer than the data', 65, [0, 1, 0, 0, 3, 0, 9, 1]],
  ['a parameter without a length', 65, [0, 1, 0, 0, 3]],
  ['a hint of three bytes', 65, [0, 1, 0, 0, 4, 0, 3, 1, 2, 3]],
  ['an empty protocol list', 65, [0, 1, 0, 0, 1, 0, 0]],
  ['a protocol that is longer than the list', 65, [0, 1, 0, 0, 1, 0, 1, 9]],
])('is refused: %s', (_, type, data) => {
  const last = recordBytes({ type: A, name: [0], data: [1, 1, 1, 1] });
  const answers = [address, recordBytes({ type, data })];
  const result = parseMessage(messageBytes({ questions: [question], answers, additional: [last] }));
  expect(result).toMatchObject({
    ok: false,
    reason: 'bad_rdata',
    partial: { questions: [{}], answers: [{}], complete: false },
  });
});

test('data of another class than IN has the forms that every class has', () => {
  const answers = [
    recordBytes({ type: 16, class: 3, data: [1, 0x61] }),
    recordBytes({ type: A, class: 3, data: [1, 2, 3] }),
    recordBytes({ type: A, class: 255, data: [] }),
    recordBytes({ type: A, class: 0x8001, data: [1, 2, 3, 4] }),
  ];
  const { answers: read4 } = read(messageBytes({ flags: RESPONSE, questions: [question], answers }));
  expect(read4.map(({ data }) => data)).toEqual(['"a"', '\\# 3 010203', '', '1.2.3.4']);
});

test('long data is shortened and says so', () => {
  const strings = Array.from({ length: 200 }, () => [255, ...Array<number>(255).fill(0)]).flat();
  const answers = [recordBytes({ type: 16, data: strings }), recordBytes({ type: 999, data: strings })];
  const message = read(messageBytes({ flags: RESPONSE, questions: [question], answers }));
  const [text, hex] = message.answers.map(({ data }) => data);
  expect(text).toBe(`"${'\\000'.repeat(255)}" "…`);
  expect(hex).toBe(`\\# ${strings.length} FF${'00'.repeat(63)}…`);
});

test('a time to live with the first bit set is 0', () => {
  const answers = [recordBytes({ type: A, data: [1, 2, 3, 4], ttl: 0x8000_0000 })];
  expect(read(messageBytes({ questions: [question], answers })).answers[0]?.ttl).toBe(0);
});

test('counts that promise more than there is', () => {
  expect(refused(messageBytes({ counts: [2, 0, 0, 0], questions: [question] }))).toBe('question_truncated');
  const counts: [number, number, number, number] = [1, 65_535, 65_535, 65_535];
  const result = parseMessage(messageBytes({ counts, questions: [question], answers: [address] }));
  expect(result).toMatchObject({
    reason: 'record_truncated',
    partial: { answers: [{}], answerCount: 65_535, complete: false },
  });
});

test('counts that promise less leave the rest unread', () => {
  const bytes = messageBytes({ counts: [1, 1, 0, 0], questions: [question], answers: [address, address] });
  expect(read(bytes).answers).toHaveLength(1);
});

test('of a message that is cut anywhere, what is there is read when it is known to be a part', () => {
  const answers = [address, recordBytes({ type: 5, data: nameBytes('cdn.test') }), address];
  const bytes = messageBytes({ flags: RESPONSE, questions: [question], answers });
  const all = read(bytes).answers;
  for (let length = 0; length < bytes.length; length++) {
    const cut = bytes.subarray(0, length);
    expect(parseMessage(cut).ok).toBe(false);
    if (length < 12) expect(parseMessage(cut, bytes.length)).toEqual({ ok: false, reason: 'short_header' });
    else {
      const part = read(cut, bytes.length);
      expect(part).toMatchObject({ answerCount: 3, complete: false });
      expect(part.answers).toEqual(all.slice(0, part.answers.length));
    }
  }
});

test('a part of a message is refused when what follows cannot fit the whole', () => {
  const record = recordBytes({ type: A, data: [1, 2], length: 60_000 });
  const bytes = messageBytes({ questions: [question], answers: [record] });
  expect(parseMessage(bytes, bytes.length + 10)).toMatchObject({ ok: false, reason: 'record_truncated' });
  expect(parseMessage(bytes, bytes.length + 60_000)).toMatchObject({ ok: true });
});

test('a message of 64 KiB', () => {
  const answers = Array<number[]>(4093).fill(address);
  const bytes = messageBytes({ flags: RESPONSE, questions: [question], answers });
  expect(bytes.length).toBeGreaterThan(65_500);
  expect(read(bytes).answers).toHaveLength(4093);
});

test('no message takes more than 100 looks at each of its bytes', () => {
  let looks = 0;
  const bytes = new Proxy(costliest(), {
    get(target, key) {
      looks++;
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  expect(read(bytes).answers).toHaveLength(4601);
  expect(looks).toBeLessThan(100 * bytes.length);
});

/**
 * Every record has two names, each a pointer to the end of a chain, as long as allowed, to a name as long as allowed;
 * no two in turn are the same.
 */
function costliest(): Uint8Array {
  const longest = Array.from({ length: 127 }, () => 'x').join('.');
  const chainAt = 12 + questionBytes(longest, A).length + 11;
  const targets = Array.from({ length: 126 }, (_, index) => (index === 0 ? 12 : chainAt + 2 * (index - 1)));
  const chain = recordBytes({ type: 10, name: [0], data: targets.flatMap(pointer) });
  const [end, beforeEnd] = [chainAt + 2 * 125, chainAt + 2 * 124];
  const alias = recordBytes({ type: 5, name: pointer(end), data: pointer(beforeEnd) });
  const answers = [chain, ...Array<number[]>(4600).fill(alias)];
  return messageBytes({ flags: RESPONSE, questions: [questionBytes(longest, A)], answers });
}
