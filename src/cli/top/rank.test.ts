import { expect, test } from 'vitest';
import type { ContainerRecord } from '../../wire/container.ts';
import { at, flow, NOW } from './flow.fixture.ts';
import { FlowBook, type TopFlow } from './flow-book.ts';
import { TOP_GROUPS } from './groups.ts';
import { type Ranking, rank, TOP_SORTS, total } from './rank.ts';

const CART: ContainerRecord = {
  id: 'ab12cd34ef567890',
  name: 'k8s_cart',
  kubernetes: { namespace: 'shop', pod: 'cart-1', container: 'cart' },
  state: 'running',
  cpu: { millicores: 250 },
  memory: { workingSetBytes: 64_000_000, usageBytes: 80_000_000 },
};
const IDLE: ContainerRecord = { id: 'ffff', name: 'idle', state: 'running', cpu: { millicores: 900 } };
const CONTAINERS = new Map([CART, IDLE].map((container) => [container.id, container]));

const RANKING: Ranking = { group: 'container', sort: 'rate', reverse: false, windowMs: 60_000, nowMs: NOW };

const FLOWS: TopFlow[] = [
  flow('a', 2_000, { container: { id: CART.id }, rttUs: 100, retransmits: 3 }),
  flow('b', 0, { container: { id: CART.id }, rttUs: 300, openedAt: at(NOW - 3_600_000) }),
  flow('c', 0, {
    state: 'closed',
    closedAt: at(NOW),
    failure: 'refused',
    dest: { ip: '10.0.0.3', port: 53, domain: 'db.test' },
    process: { pid: 9, comm: 'app' },
    kubernetes: { namespace: 'shop', pod: 'app-1', workload: { kind: 'Deployment', name: 'app' } },
  }),
];

function rows(change: Partial<Ranking> = {}, flows = FLOWS) {
  const book = new FlowBook({ windowMs: 60_000, maxClosed: 100 });
  for (const each of flows) book.update(each, NOW);
  return rank(book, CONTAINERS, { ...RANKING, ...change });
}

test('a line adds up what belongs to it, with what its container uses', () => {
  const [first] = rows({ sort: 'open' });
  expect(first).toEqual({
    key: CART.id,
    name: 'shop/cart-1/cart',
    open: 2,
    opened: 1,
    failed: 0,
    sent: 0,
    received: 0,
    retransmits: 3,
    rttUs: 200,
    millicores: 250,
    memoryBytes: 64_000_000,
  });
});

test.each([
  ['container', ['host', 'idle', 'shop/cart-1/cart']],
  ['process', ['app[9]', 'curl[7]']],
  ['peer', ['10.0.0.2', 'db.test']],
  ['domain', ['-', 'db.test']],
  ['pod', ['shop/app-1', 'shop/cart-1']],
  ['workload', ['-', 'shop/app (Deployment)']],
  ['namespace', ['shop']],
] as const)('by %s', (group, names) => {
  expect(rows({ group, sort: 'name' }).map(({ name }) => name)).toEqual(names);
});

test.each(TOP_GROUPS)('by %s nothing is counted twice', (group) => {
  expect(total(rows({ group }))).toMatchObject({ open: 2, opened: 2, failed: 1 });
});

test('the largest come first, what is not known last, and the other way round', () => {
  const names = rows({ sort: 'cpu' }).map(({ name }) => name);
  expect(names).toEqual(['idle', 'shop/cart-1/cart', 'host']);
  expect(rows({ sort: 'cpu', reverse: true }).map(({ name }) => name)).toEqual(names.toReversed());
});

test.each(TOP_SORTS)('the order by %s does not depend on that of the flows', (sort) => {
  expect(rows({ sort }, FLOWS.toReversed())).toEqual(rows({ sort }));
});

test('a rate that is over counts no more', () => {
  const bytes = { received: { bytes: 8_000, packets: 1 } };
  const [late] = rows({ nowMs: NOW + 60_000 }, [flow('a', 0), flow('a', -2_000, bytes)]);
  const [now] = rows({}, [flow('a', 0), flow('a', -2_000, bytes)]);
  expect([now?.received, late?.received]).toEqual([4_000, 0]);
});
