import { expect, test } from 'vitest';
import { SearchList } from './search-list.ts';
import { answered, notFound, timedOut } from './transaction.fixture.ts';

const domains = ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'];

test('names that were tried with search domains are counted with the name as it is', () => {
  const list = new SearchList();
  for (const domain of domains) {
    expect(list.observe('c1', notFound(`api.example.com.${domain}`))).toBe(0);
    expect(list.observe('c1', notFound(`api.example.com.${domain}`))).toBe(0);
  }
  expect(list.observe('c1', answered('api.example.com'))).toBe(6);
  expect(list.observe('c1', answered('api.example.com'))).toBe(0);
});

test('also when the name does not exist, or the answer has no records, or there is none', () => {
  const list = new SearchList();
  list.observe('c1', answered('no.test.local', { answers: [] }));
  expect(list.observe('c1', notFound('no.test'))).toBe(1);
  list.observe('c1', notFound('no.test.local'));
  expect(list.observe('c1', timedOut('no.test'))).toBe(1);
});

test.each([
  ['a name that was found', answered('db.local')],
  ['a name that timed out', timedOut('db.local')],
  ['a name whose answers have not been kept', answered('db.local', { answers: [], answersOmitted: 1 })],
  ['a longer label', notFound('db2.local')],
  ['another name', notFound('cache.local')],
  ['the same name', notFound('db')],
])('is no search: %s', (_, before) => {
  const list = new SearchList();
  list.observe('c1', before);
  expect(list.observe('c1', answered('db'))).toBe(0);
});

test('owners do not mix, and what is long ago does not count', () => {
  const list = new SearchList();
  list.observe('c1', notFound('db.local', 0));
  expect(list.observe('c2', answered('db'))).toBe(0);
  expect(list.observe('c1', answered('db', { askedNs: 16e9 }))).toBe(0);
});

test('of one owner, the latest 64 names are known', () => {
  const list = new SearchList();
  for (let count = 0; count < 65; count++) list.observe('c1', notFound(`db${count}.local`));
  expect(list.observe('c1', answered('db0'))).toBe(0);
  expect(list.observe('c1', answered('db1'))).toBe(1);
});

test('of owners, the latest are known', () => {
  const list = new SearchList(2);
  for (const owner of ['c1', 'c2', 'c3']) list.observe(owner, notFound('db.local'));
  expect(['c1', 'c2', 'c3'].map((owner) => list.observe(owner, answered('db')))).toEqual([0, 1, 1]);
});
