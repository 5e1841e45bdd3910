import { expect, test } from 'vitest';
import type { DnsGroup, Lookup } from './answers.ts';
import { groupTitle, isFailed, LOOKUP_COLUMNS } from './columns.ts';

const CONTAINER = 'b81c0de4'.repeat(8);
const sums = { transactions: 1, timeouts: 0, failed: 0, retries: 0, searches: 0, rcodes: {} };
const group = (name: string, more: Partial<DnsGroup> = {}): DnsGroup => ({ name, ...sums, ...more });
const lookup = (more: Partial<Lookup> = {}): Lookup => ({
  id: 'd1',
  question: { name: 'www.shop.test', type: 'A' },
  outcome: 'answered',
  rcode: 'NOERROR',
  ...more,
});
const text = (id: string, of: Lookup) => LOOKUP_COLUMNS.find((column) => column.id === id)?.text(of);

test('a container is called by its pod, or by the beginning of its id', () => {
  expect(groupTitle('container', group(CONTAINER))).toBe('b81c0de4b81c');
  const kubernetes = { namespace: 'shop', pod: 'cart-1' };
  expect(groupTitle('container', group(CONTAINER, { kubernetes }))).toBe('shop/cart-1');
  expect(groupTitle('container', group('/system.slice/cron.service'))).toBe('/system.slice/cron.service');
  expect(groupTitle('domain', group('shop.test'))).toBe('shop.test');
});

test('an answer is what the name leads to, not the aliases on the way', () => {
  const answers = [
    { name: 'www.shop.test', type: 'CNAME', data: 'web.shop.test', ttl: 60 },
    { name: 'web.shop.test', type: 'A', data: '192.0.2.80', ttl: 60 },
    { name: 'web.shop.test', type: 'A', data: '192.0.2.81', ttl: 60 },
  ];
  expect(text('answer', lookup({ answers, answersOmitted: 3 }))).toBe('192.0.2.80 +4');
  expect(text('answer', lookup({ answers: answers.slice(0, 1) }))).toBe('web.shop.test');
  expect(text('answer', lookup())).toBe('–');
});

test('a name that does not exist has not failed, a timeout has', () => {
  const timeout: Lookup = {
    id: 'd2',
    question: { name: 'a.test', type: 'A' },
    outcome: 'timeout',
    retries: 2,
  };
  expect([lookup(), lookup({ rcode: 'NXDOMAIN' })].map(isFailed)).toEqual([false, false]);
  expect([timeout, lookup({ rcode: 'SERVFAIL' })].map(isFailed)).toEqual([true, true]);
  expect(text('outcome', timeout)).toBe('timeout ×3');
});
