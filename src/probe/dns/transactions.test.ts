import { expect, test } from 'vitest';
import type { DnsMessage } from './message.ts';
import type { DnsTransaction } from './transaction.ts';
import { TransactionTable, type TransactionTableOptions } from './transactions.ts';

const SECOND = 1e9;
/** The same as 1 in 32 bits. */
const OTHER_SOCKET = 2 ** 32 + 1;
const server = { ip: '192.0.2.53', port: 53 };
const records = [{ name: 'shop.test', type: 'A', data: '192.0.2.1', ttl: 60 }];

interface Packet {
  atNs?: number;
  socket?: number;
  id?: number;
  name?: string | undefined;
  type?: string;
  ip?: string;
}

function open(options: Partial<TransactionTableOptions<string>> = {}) {
  const ended: DnsTransaction<string>[] = [];
  const table = new TransactionTable<string>({
    ...options,
    onTransaction: (transaction) => ended.push(transaction),
  });
  const observe = (packet: Packet, message: Partial<DnsMessage>) => {
    const { atNs = 0, socket = 1, id = 7, type = 'A', ip = server.ip } = packet;
    const name = 'name' in packet ? packet.name : 'shop.test';
    table.observe(
      { socket, timeNs: atNs, server: { ip, port: 53 }, transport: 'udp', owner: `owner of ${socket}` },
      {
        id,
        isResponse: false,
        opcode: 0,
        rcode: 'NOERROR',
        truncated: false,
        questions: name === undefined ? [] : [{ name, type }],
        answers: [],
        authority: [],
        additional: [],
        answerCount: message.answers?.length ?? 0,
        complete: true,
        ...message,
      },
    );
  };
  const ask = (packet: Packet = {}) => observe(packet, {});
  const answer = (packet: Packet = {}, message: Partial<DnsMessage> = {}) =>
    observe(packet, { isResponse: true, ...message });
  return { table, ended, observe, ask, answer };
}

test('an answer ends the question', () => {
  const { table, ended, ask, answer } = open();
  ask({ atNs: 5 * SECOND });
  answer(
    { atNs: 5 * SECOND + 1_999_999 },
    { answers: records, answerCount: 3, rcode: 'NOERROR', truncated: true },
  );
  expect(ended).toEqual([
    {
      messageId: 7,
      socket: 1,
      askedNs: 5 * SECOND,
      question: { name: 'shop.test', type: 'A' },
      server,
      transport: 'udp',
      retries: 0,
      owner: 'owner of 1',
      outcome: 'answered',
      rcode: 'NOERROR',
      latencyUs: 1999,
      answers: records,
      answersOmitted: 2,
      truncated: true,
    },
  ]);
  expect(table.pending).toBe(0);
});

test('a failure that the server tells of is an answer, a time-out is not', () => {
  const { table, ended, ask, answer } = open({ timeoutMs: 5000 });
  ask({ id: 1 });
  ask({ id: 2 });
  ask({ id: 3 });
  answer({ id: 1, atNs: 1000 }, { rcode: 'SERVFAIL' });
  answer({ id: 2, atNs: 1000 }, { rcode: 'REFUSED' });
  table.expire(5 * SECOND);
  expect(ended).toHaveLength(2);
  table.expire(5 * SECOND + 1);
  expect(ended.map((one) => (one.outcome === 'answered' ? one.rcode : one.outcome))).toEqual([
    'SERVFAIL',
    'REFUSED',
    'timeout',
  ]);
});

test('A and AAAA on one socket are two questions', () => {
  const { ended, ask, answer } = open();
  ask({ id: 1, type: 'A' });
  ask({ id: 2, type: 'AAAA' });
  answer({ id: 2, type: 'AAAA', atNs: 3000 });
  answer({ id: 1, type: 'A', atNs: 4000 });
  expect(ended.map(({ question, messageId }) => [question.type, messageId])).toEqual([
    ['AAAA', 2],
    ['A', 1],
  ]);
});

test('the same id on other sockets, and for another question, is another question', () => {
  const { table, ended, ask, answer } = open();
  ask({ socket: 1 });
  ask({ socket: OTHER_SOCKET });
  ask({ socket: 1, name: 'other.test' });
  answer({ socket: 1, name: 'forged.test' });
  answer({ socket: 2 });
  answer({ socket: 1, type: 'AAAA' });
  expect([ended.length, table.unmatchedAnswers]).toEqual([0, 3]);
  answer({ socket: 1, name: 'other.test' });
  answer({ socket: OTHER_SOCKET });
  expect(ended.map(({ socket, question }) => [socket, question.name])).toEqual([
    [1, 'other.test'],
    [OTHER_SOCKET, 'shop.test'],
  ]);
});

test('a question that is sent again is a retry, and the client has waited since the first', () => {
  const { table, ended, ask, answer } = open();
  ask({ atNs: 0 });
  ask({ atNs: 5 * SECOND, ip: '192.0.2.54' });
  table.expire(10 * SECOND);
  answer({ atNs: 10 * SECOND, ip: '192.0.2.54' });
  expect(ended).toMatchObject([
    { outcome: 'answered', retries: 1, latencyUs: 10_000_000, server: { ip: '192.0.2.54' } },
  ]);
  expect([table.retries, table.pending]).toEqual([1, 0]);
});

test('a question that times out has the server that was asked first and its retries', () => {
  const { table, ended, ask } = open();
  ask({ atNs: 0 });
  ask({ atNs: SECOND, ip: '192.0.2.54' });
  table.expire(30 * SECOND);
  expect(ended).toMatchObject([{ outcome: 'timeout', askedNs: 0, retries: 1, server }]);
});

test('a client that never stops asking is told of', () => {
  const { table, ended, ask } = open({ timeoutMs: 1000 });
  for (let at = 0; at <= 20; at++) ask({ atNs: (at * SECOND) / 2 });
  expect(ended).toMatchObject([
    { askedNs: 0, retries: 8 },
    { askedNs: 4.5 * SECOND, retries: 8 },
  ]);
  expect(table.pending).toBe(1);
});

test('an answer that comes too late does not undo the time-out, whenever it is looked for', () => {
  for (const expiresBefore of [true, false]) {
    const { table, ended, ask, answer } = open();
    ask();
    if (expiresBefore) table.expire(6.5 * SECOND);
    answer({ atNs: 7 * SECOND });
    expect(ended).toMatchObject([{ outcome: 'timeout' }]);
    expect([table.lateAnswers, table.unmatchedAnswers, table.pending]).toEqual([1, 0, 0]);
  }
});

test('a question that is asked again after its time is a new one', () => {
  const { table, ended, ask, answer } = open();
  ask({ atNs: 0 });
  ask({ atNs: 7 * SECOND });
  answer({ atNs: 7 * SECOND + 1000 });
  expect(ended).toMatchObject([{ outcome: 'timeout' }, { outcome: 'answered', retries: 0, latencyUs: 1 }]);
  expect(table.lateAnswers).toBe(0);
});

test('answers that come twice are counted, also when the id is used again', () => {
  const { table, ended, ask, answer } = open();
  ask();
  answer({ atNs: 1000 });
  answer({ atNs: 2000 });
  expect(table.duplicateAnswers).toBe(1);
  ask({ atNs: SECOND });
  answer({ atNs: SECOND + 5000 });
  expect(ended).toMatchObject([{ latencyUs: 1 }, { latencyUs: 5 }]);
});

test('an answer that repeats no question is to the oldest with its id', () => {
  const { table, ended, ask, answer } = open();
  ask({ name: 'one.test' });
  ask({ name: 'two.test' });
  answer({ name: undefined }, { rcode: 'FORMERR' });
  expect(ended).toMatchObject([{ rcode: 'FORMERR', question: { name: 'one.test' } }]);
  answer({ name: 'two.test' });
  answer({ name: undefined });
  expect([ended.length, table.duplicateAnswers]).toEqual([2, 1]);
});

test('what is not a query is ignored', () => {
  const { table, observe, ask } = open();
  observe({}, { opcode: 5 });
  ask({ name: undefined });
  expect([table.ignored, table.pending]).toEqual([2, 0]);
});

test('keeps as many answers as it may', () => {
  const { ended, ask, answer } = open({ maxAnswers: 2 });
  ask();
  answer({}, { answers: [...records, ...records, ...records] });
  expect(ended).toMatchObject([{ answers: [...records, ...records], answersOmitted: 1 }]);
});

test('when it is full, the question that waits longest goes', () => {
  const { table, ended, ask, answer } = open({ maxPending: 2 });
  ask({ id: 1, atNs: 1 });
  ask({ id: 2, atNs: 2 });
  ask({ id: 1, atNs: 3 });
  ask({ id: 3, atNs: 4 });
  expect([table.pending, table.evicted]).toEqual([2, 1]);
  for (const id of [1, 2, 3]) answer({ id, atNs: 5 });
  expect(ended.map(({ messageId }) => messageId)).toEqual([1, 3]);
  expect(table.unmatchedAnswers).toBe(1);
});

test('a socket that asks everything with one id takes no time', () => {
  const { table, ask } = open({ maxPending: 1000 });
  for (let count = 0; count < 500; count++) ask({ name: `${count}.test` });
  expect([table.pending, table.evicted]).toEqual([16, 484]);
});

test('of what has ended, the latest is remembered', () => {
  const { table, ask, answer } = open({ maxPending: 2 });
  for (const id of [1, 2, 3]) {
    ask({ id });
    answer({ id });
  }
  for (const id of [1, 2, 3]) answer({ id });
  expect([table.unmatchedAnswers, table.duplicateAnswers]).toEqual([1, 2]);
  answer({ id: 3, socket: OTHER_SOCKET });
  expect(table.unmatchedAnswers).toBe(2);
});
