import { expect, test } from 'vitest';
import { parseMessage } from '../../src/probe/dns/message.ts';
import type { DnsTransaction } from '../../src/probe/dns/transaction.ts';
import { TransactionTable } from '../../src/probe/dns/transactions.ts';
import { type Exchange, exchanges } from './corpus.ts';

const transactions: DnsTransaction<Exchange>[] = [];
const table = new TransactionTable<Exchange>({
  onTransaction: (transaction) => transactions.push(transaction),
});

/** Questions a second apart; answers 2 ms after them. */
exchanges.forEach((exchange, index) => {
  const observe = (bytes: Uint8Array, timeNs: number) => {
    const result = parseMessage(bytes);
    if (!result.ok) throw new Error(`refused: ${result.reason}`);
    const { clientPort, transport } = exchange;
    const server = { ip: '127.0.0.1', port: 53 };
    table.observe({ socket: clientPort, timeNs, server, transport, owner: exchange }, result.message);
  };
  observe(exchange.query, index * 1e9);
  for (const answer of exchange.answers) observe(answer, index * 1e9 + 2e6);
});
table.expire(1000e9);

test('every question that was answered is a transaction, the others time out', () => {
  const isQuery = ({ by }: Exchange) => !/NOTIFY|UPDATE/.test(by);
  const expected = exchanges.filter(isQuery).map(({ by, answers }) => [by, answers.length > 0]);
  const made = [...transactions].sort((one, other) => one.askedNs - other.askedNs);
  expect(made.map(({ owner, outcome }) => [owner.by, outcome === 'answered'])).toEqual(expected);
  expect([table.unmatchedAnswers, table.duplicateAnswers, table.retries]).toEqual([0, 0, 0]);
});

test('glibc asks for A and AAAA on one socket, with the search list first', () => {
  const made = transactions.filter(({ owner }) => owner.by === 'getent ahosts api.example.test');
  const search = ['prod.svc.cluster.test', 'svc.cluster.test', 'cluster.test'];
  const names = [...search.map((domain) => `api.example.test.${domain}`), 'api.example.test'];
  expect(
    made.map((one) => [one.question.name, one.question.type, one.outcome === 'answered' && one.rcode]),
  ).toEqual(
    names.flatMap((name, index) =>
      ['A', 'AAAA'].map((type) => [name, type, index === search.length ? 'NOERROR' : 'NXDOMAIN']),
    ),
  );
  expect(new Set(made.map(({ socket }) => socket)).size).toBe(search.length + 1);
});
