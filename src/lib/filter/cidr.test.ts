import { BlockList } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCidr } from './cidr.ts';

const ipv4 = fc.ipV4();
const ipv6 = fc.ipV6();

test('agrees with the list of networks of the runtime', () => {
  const pair = fc.oneof(
    fc.tuple(ipv4, ipv4, fc.nat({ max: 32 }), fc.constant('ipv4' as const)),
    fc.tuple(ipv6, ipv6, fc.nat({ max: 128 }), fc.constant('ipv6' as const)),
  );
  fc.assert(
    fc.property(pair, ([network, address, bits, family]) => {
      const list = new BlockList();
      list.addSubnet(network, bits, family);
      expect(parseCidr(`${network}/${bits}`)?.(address)).toBe(list.check(address, family));
    }),
  );
});

test('an address is in every network of its own prefix', () => {
  fc.assert(
    fc.property(fc.oneof(ipv4, ipv6), fc.nat({ max: 32 }), (address, bits) => {
      expect(parseCidr(`${address}/${bits}`)?.(address)).toBe(true);
      expect(parseCidr(address)?.(address)).toBe(true);
    }),
  );
});

test('IPv4-mapped IPv6 is IPv4', () => {
  expect(parseCidr('10.0.0.0/8')?.('::ffff:10.1.2.3')).toBe(true);
  expect(parseCidr('::ffff:10.1.2.3')?.('10.1.2.3')).toBe(true);
  expect(parseCidr('::/0')?.('10.1.2.3')).toBe(true);
  expect(parseCidr('0.0.0.0/0')?.('fe80::1')).toBe(false);
});

test.each([
  '',
  'x',
  '10.0.0',
  '10.0.0.0/33',
  '::/129',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  'fe80::1%eth0',
  '1.2.3.4/+8',
])('%j is no network', (text) => {
  expect(parseCidr(text)).toBeUndefined();
});
