import { expect, it } from 'vitest';
import { namedNetworks, networkNames } from './networks.ts';

it('gives an address the name of the first network that it is in', () => {
  const networks = namedNetworks.parse(
    'vpn=10.1.2.0/24 office=10.1.0.0/16  cdn=203.0.113.0/24,2001:db8::/32',
  );
  const nameOf = networkNames(networks ?? []);
  const names = ['10.1.2.3', '10.1.9.9', '203.0.113.8', '2001:db8::7', '192.0.2.1'].map((ip) => nameOf?.(ip));
  expect(names).toEqual(['vpn', 'office', 'cdn', 'cdn', undefined]);
});

it('has no names by default', () => {
  expect(networkNames([])).toBeUndefined();
  expect(namedNetworks.parse('')).toEqual([]);
});

it.each(['office', 'office=', 'office=10.1.0.0/33', '=10.0.0.0/8', 'a b=10.0.0.0/8', 'o=10.0.0.0/8,'])(
  'refuses %s',
  (text) => {
    expect(namedNetworks.parse(text)).toBeUndefined();
  },
);
