import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DnsRecord } from './message.ts';
import { AddressNames, type AddressNamesOptions, type NameLease } from './names.ts';

const SECOND = 1e9;
const NETNS = 4_026_531_840;
const IP = '192.0.2.1';

function address(name: string, data = IP, ttl = 60): DnsRecord {
  return { name, type: data.includes(':') ? 'AAAA' : 'A', data, ttl };
}

function alias(name: string, data: string, ttl = 60): DnsRecord {
  return { name, type: 'CNAME', data, ttl };
}

function open(options: AddressNamesOptions = {}) {
  const names = new AddressNames(options);
  const learn = (name: string, answers: DnsRecord[] = [address(name)], atNs = 0) =>
    names.learn({ netns: NETNS, question: { name, type: 'A' }, answers, atNs });
  const lookup = (ip = IP, atNs = 0) => names.lookup(NETNS, ip, atNs);
  const acquire = (ip = IP, atNs = 0): NameLease => {
    const lease = names.acquire(NETNS, ip, atNs);
    if (lease === undefined) throw new Error('no name');
    return lease;
  };
  return { names, learn, lookup, acquire };
}

test('an address has the name that was looked up, in the namespace that looked it up', () => {
  const { names, learn, lookup } = open();
  learn('shop.test', [address('shop.test'), address('shop.test', '2001:db8::1')]);
  expect(lookup()).toEqual({ domain: 'shop.test', others: 0 });
  expect(lookup('2001:db8::1')).toEqual({ domain: 'shop.test', others: 0 });
  expect(lookup('192.0.2.2')).toBeUndefined();
  expect(names.lookup(NETNS + 1, IP, 0)).toBeUndefined();
});

test('the name is what was asked for, through aliases in any order', () => {
  const { learn, lookup } = open();
  const answers = [
    alias('edge.cdn.test', 'pop.cdn.test'),
    address('pop.cdn.test'),
    alias('shop.test', 'edge.cdn.test'),
  ];
  learn('shop.test', answers);
  expect(lookup()).toEqual({ domain: 'shop.test', others: 0 });
});

test('records that do not belong to the question name nothing', () => {
  const { names, learn } = open();
  const foreign = { name: 'shop.test', type: 'A', data: '\\# 3 010203', ttl: 60 };
  learn('shop.test', [address('other.test'), alias('shop.test', 'shop.test'), foreign]);
  expect(names.size).toBe(0);
});

test('a name stays for its time to live, the shortest on the way, and a while', () => {
  const { learn, lookup } = open({ graceNs: 10 * SECOND });
  learn('shop.test', [alias('shop.test', 'cdn.test', 5), address('cdn.test', IP, 300)]);
  expect(lookup(IP, 15 * SECOND)).toBeDefined();
  expect(lookup(IP, 15 * SECOND + 1)).toBeUndefined();
});

test('a shorter time to live does not shorten what was allowed before', () => {
  const { learn, lookup } = open({ graceNs: 0 });
  learn('shop.test', [address('shop.test', IP, 100)]);
  learn('shop.test', [address('shop.test', IP, 1)], SECOND);
  expect(lookup(IP, 50 * SECOND)).toBeDefined();
});

test('of several names the latest counts, and it says that there are others', () => {
  const { learn, lookup } = open();
  learn('a.test', undefined, 1);
  learn('b.test', undefined, 2);
  expect(lookup(IP, 3)).toEqual({ domain: 'b.test', others: 1 });
  learn('a.test', undefined, 4);
  expect(lookup(IP, 5)).toEqual({ domain: 'a.test', others: 1 });
  expect(lookup(IP, 3)).toEqual({ domain: 'b.test', others: 1 });
});

test('a connection has the name that was looked up before it, whatever has been learned since', () => {
  const { learn, acquire } = open();
  learn('a.test', undefined, 10);
  for (let atNs = 20; atNs < 10_000; atNs += 10) learn('b.test', undefined, atNs);
  expect([15, 25, 9000].map((atNs) => acquire(IP, atNs).domain)).toEqual(['a.test', 'b.test', 'b.test']);
});

test('a connection has the name that was looked up before it, else the first one after', () => {
  const { learn, acquire } = open();
  learn('a.test', undefined, 10);
  learn('b.test', undefined, 20);
  expect(acquire(IP, 15)).toMatchObject({ domain: 'a.test', others: 1 });
  expect(acquire(IP, 5)).toMatchObject({ domain: 'a.test' });
});

test('a name stays as long as a connection that has it', () => {
  const { names, learn, lookup, acquire } = open({ graceNs: 0 });
  learn('a.test', undefined, 0);
  learn('b.test', undefined, 1);
  const leases = [acquire(IP, 2), acquire(IP, 3)];
  names.expire(3600 * SECOND);
  expect(lookup(IP, 3600 * SECOND)).toEqual({ domain: 'b.test', others: 0 });
  for (const lease of leases) names.release(lease);
  names.expire(3600 * SECOND);
  expect([lookup(IP, 3600 * SECOND), names.size]).toEqual([undefined, 0]);
});

test('what a lease says stays, whatever is looked up later', () => {
  const { learn, acquire } = open();
  learn('a.test');
  const lease = acquire();
  learn('b.test', undefined, 1);
  expect(lease).toMatchObject({ domain: 'a.test', others: 0 });
});

test('when it is full, the address that was learned longest ago goes, but none with a connection', () => {
  const { names, learn, lookup, acquire } = open({ maxAddresses: 2 });
  learn('a.test', [address('a.test', '192.0.2.1')]);
  learn('b.test', [address('b.test', '192.0.2.2')]);
  const lease = acquire('192.0.2.1');
  learn('c.test', [address('c.test', '192.0.2.3')]);
  expect([lookup('192.0.2.1'), lookup('192.0.2.2')]).toEqual([{ domain: 'a.test', others: 0 }, undefined]);
  expect([names.size, names.evicted, names.refused]).toEqual([2, 1, 0]);
  acquire('192.0.2.3');
  learn('d.test', [address('d.test', '192.0.2.4')]);
  expect([lookup('192.0.2.4'), names.size, names.refused]).toEqual([undefined, 2, 1]);
  names.release(lease);
  learn('d.test', [address('d.test', '192.0.2.4')]);
  expect([lookup('192.0.2.4')?.domain, names.size]).toEqual(['d.test', 2]);
});

test('an address has so many names, and those of connections stay', () => {
  const { names, learn, acquire, lookup } = open({ maxNamesPerAddress: 2 });
  learn('a.test', undefined, 1);
  acquire(IP, 1);
  learn('b.test', undefined, 2);
  learn('c.test', undefined, 3);
  expect([lookup(IP, 1)?.domain, lookup(IP, 4), names.namesDropped]).toEqual([
    'a.test',
    { domain: 'c.test', others: 1 },
    1,
  ]);
});

test('whatever comes, its limits hold and nothing is left of connections that ended', () => {
  const step = fc.record({
    kind: fc.constantFrom('learn', 'acquire', 'release', 'expire'),
    name: fc.constantFrom('a.test', 'b.test', 'c.test', 'd.test'),
    ip: fc.constantFrom('192.0.2.1', '192.0.2.2', '192.0.2.3', '2001:db8::1'),
    passedNs: fc.nat(20 * SECOND),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const { names, learn } = open({ maxAddresses: 3, maxNamesPerAddress: 2, graceNs: 0 });
      const leases: NameLease[] = [];
      let nowNs = 0;
      for (const { kind, name, ip, passedNs } of steps) {
        nowNs += passedNs;
        if (kind === 'learn') learn(name, [address(name, ip, 30)], nowNs);
        if (kind === 'expire') names.expire(nowNs);
        if (kind === 'acquire') {
          const found = names.lookup(NETNS, ip, nowNs);
          const lease = names.acquire(NETNS, ip, nowNs);
          expect(lease && { domain: lease.domain, others: lease.others }).toEqual(found);
          if (lease !== undefined) leases.push(lease);
        }
        if (kind === 'release') {
          const lease = leases.shift();
          if (lease !== undefined) names.release(lease);
        }
        expect(names.size).toBeLessThanOrEqual(3);
        for (const { address: held, domain } of leases) {
          expect(held.names.map((known) => known.domain)).toContain(domain);
        }
      }
      for (const lease of leases) names.release(lease);
      names.expire(nowNs + 31 * SECOND);
      expect(names.size).toBe(0);
    }),
  );
});
