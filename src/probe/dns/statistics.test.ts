import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Dimensions, DnsStatistics } from './statistics.ts';
import { answered, notFound, timedOut } from './transaction.fixture.ts';

const c1 = { container: 'c1', netns: 1 };
const c2 = { container: 'c2', netns: 2 };

test('one series for each container, domain, server and type', () => {
  const statistics = new DnsStatistics();
  statistics.add(c1, answered('shop.test', { latencyUs: 1000 }));
  statistics.add(c1, answered('shop.test', { latencyUs: 3000, rcode: 'SERVFAIL', retries: 2 }));
  statistics.add(c1, timedOut('shop.test', { retries: 1 }));
  statistics.add(c2, answered('shop.test'));
  statistics.add(c1, answered('shop.test', { question: { name: 'shop.test', type: 'AAAA' } }));
  statistics.add(c1, answered('shop.test', { server: { ip: '2001:db8::1', port: 5353 } }));
  const series = [...statistics];
  expect(series.map(({ container, domain, server, type }) => [container, domain, server, type])).toEqual([
    ['c1', 'shop.test', '192.0.2.53:53', 'A'],
    ['c2', 'shop.test', '192.0.2.53:53', 'A'],
    ['c1', 'shop.test', '192.0.2.53:53', 'AAAA'],
    ['c1', 'shop.test', '[2001:db8::1]:5353', 'A'],
  ]);
  const { totals } = series[0] ?? {};
  expect(totals).toMatchObject({ transactions: 3, timeouts: 1, retries: 3, searches: 0 });
  expect([...(totals?.rcodes ?? [])]).toEqual([
    ['NOERROR', 1],
    ['SERVFAIL', 1],
  ]);
  expect(totals?.latency.count).toBe(2);
  expect((totals?.latency.quantile(1) ?? 0) / 3000).toBeCloseTo(1, 1);
});

test('counts the search list for who asked', () => {
  const statistics = new DnsStatistics();
  for (const container of ['c1', 'c2', 'c1']) {
    statistics.add({ container, netns: 1 }, notFound('api.test.svc.local'));
    statistics.add({ container, netns: 1 }, notFound('api.test.local'));
    statistics.add({ container, netns: 1 }, answered('api.test'));
  }
  const searches = [...statistics.by('container')].map(([container, totals]) => [container, totals.searches]);
  expect(searches).toEqual([
    ['c1', 4],
    ['c2', 2],
  ]);
});

test('those of one name in two network namespaces have a search list each', () => {
  const statistics = new DnsStatistics();
  statistics.add(c1, notFound('api.test.local'));
  expect(statistics.add({ ...c1, netns: 7 }, answered('api.test'))).toBe(0);
  expect(statistics.add(c1, answered('api.test'))).toBe(1);
});

test('the busiest domains stay, the others are summed for each container', () => {
  const statistics = new DnsStatistics({ maxSeries: 8 });
  for (let count = 0; count < 100; count++) {
    statistics.add(c1, answered('busy.test'));
    statistics.add(c2, notFound(`random-${count}.test`));
  }
  const domains = statistics.by('domain');
  expect(domains.get('busy.test')?.transactions).toBe(100);
  expect(domains.get('~other')?.transactions).toBeGreaterThan(90);
  expect(domains.size).toBeLessThanOrEqual(9);
  expect(statistics.by('container').get('c2')?.rcodes).toEqual(new Map([['NXDOMAIN', 100]]));
  expect(statistics.folded).toBeGreaterThan(90);
});

test('what was busy once makes room for what is busy now', () => {
  const statistics = new DnsStatistics({ maxSeries: 4 });
  for (let count = 0; count < 1000; count++) statistics.add(c1, answered('once.test'));
  for (let count = 0; count < 400; count++) {
    for (const name of ['now.test', 'too.test', `random-${count}.test`]) statistics.add(c1, answered(name));
  }
  expect([...statistics.by('domain').keys()]).not.toContain('once.test');
  expect(statistics.by('domain').get('now.test')?.transactions).toBe(400);
});

test('a domain cannot pretend to be the others', () => {
  const statistics = new DnsStatistics();
  statistics.add(c1, answered('~other'));
  statistics.add(c1, answered('~other'));
  expect([...statistics]).toMatchObject([{ container: 'c1', domain: '~other', totals: { transactions: 2 } }]);
});

test('codes that nobody uses are summed', () => {
  const statistics = new DnsStatistics();
  for (let code = 0; code < 100; code++) statistics.add(c1, answered('a.test', { rcode: `RCODE${code}` }));
  const [{ totals } = { totals: undefined }] = statistics;
  expect([totals?.rcodes.size, totals?.rcodes.get('~other')]).toEqual([25, 76]);
});

test('has no more series than allowed, and no sum changes', () => {
  const step = fc.record({ container: fc.nat(6), name: fc.nat(6), type: fc.nat(3), isTimeout: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const statistics = new DnsStatistics({ maxSeries: 6, maxOtherSeries: 4 });
      for (const { container, name, type, isTimeout } of steps) {
        const question = { name: `n${name}.test`, type: `TYPE${type}` };
        statistics.add(
          { container: `c${container}`, netns: 1 },
          (isTimeout ? timedOut : answered)('', { question }),
        );
      }
      const series = [...statistics];
      expect(series.length).toBeLessThanOrEqual(6 + 4 + 1);
      expect(new Set(series.map(keyOf)).size).toBe(series.length);
      const sum = (count: (one: (typeof series)[number]['totals']) => number) =>
        series.reduce((total, { totals }) => total + count(totals), 0);
      const timeouts = steps.filter(({ isTimeout }) => isTimeout).length;
      expect(sum(({ transactions }) => transactions)).toBe(steps.length);
      expect(sum((totals) => totals.timeouts)).toBe(timeouts);
      expect(sum(({ latency }) => latency.count)).toBe(steps.length - timeouts);
      expect(sum(({ rcodes }) => rcodes.get('NOERROR') ?? 0)).toBe(steps.length - timeouts);
    }),
  );
});

function keyOf({ container, domain, server, type }: Dimensions): string {
  return [container, domain, server, type].join(' ');
}
