import { isIPv6, SocketAddress } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressFamily } from '../events.gen.ts';
import { formatAddress, isLoopback } from './address.ts';

const view = (bytes: number[]) =>
  new DataView(Uint8Array.from({ length: 16 }, (_, i) => bytes[i] ?? 0).buffer);
const v6 = (groups: number[]) => view(groups.flatMap((group) => [group >> 8, group & 0xff]));

describe('formatAddress', () => {
  it('writes IPv4 dotted', () => {
    expect(formatAddress(view([10, 1, 2, 255]), 0, AddressFamily.IPV4)).toBe('10.1.2.255');
  });

  it.each([
    [[0, 0, 0, 0, 0, 0, 0, 1], '::1'],
    [[0, 0, 0, 0, 0, 0, 0, 0], '::'],
    [[0x2001, 0xdb8, 0, 0, 1, 0, 0, 1], '2001:db8::1:0:0:1'],
    [[0x2001, 0xdb8, 0, 1, 1, 1, 1, 1], '2001:db8:0:1:1:1:1:1'],
    [[0xfe80, 0, 0, 0, 0, 0, 0, 0], 'fe80::'],
  ])('writes IPv6 %j as RFC 5952 does', (groups, text) => {
    expect(formatAddress(v6(groups), 0, AddressFamily.IPV6)).toBe(text);
  });

  it('writes an IPv6 address that reads back as the same', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1, 0xabcd), { minLength: 8, maxLength: 8 }), (groups) => {
        const text = formatAddress(v6(groups), 0, AddressFamily.IPV6);
        const full = groups.map((group) => group.toString(16)).join(':');
        expect(isIPv6(text)).toBe(true);
        expect(new SocketAddress({ address: text, family: 'ipv6' }).address).toBe(
          new SocketAddress({ address: full, family: 'ipv6' }).address,
        );
      }),
    );
  });
});

describe('isLoopback', () => {
  it('knows 127.0.0.0/8 and ::1', () => {
    expect(isLoopback(view([127, 8, 0, 1]), 0, AddressFamily.IPV4)).toBe(true);
    expect(isLoopback(v6([0, 0, 0, 0, 0, 0, 0, 1]), 0, AddressFamily.IPV6)).toBe(true);
    expect(isLoopback(view([10, 0, 0, 1]), 0, AddressFamily.IPV4)).toBe(false);
    expect(isLoopback(v6([0xfe80, 0, 0, 0, 0, 0, 0, 1]), 0, AddressFamily.IPV6)).toBe(false);
  });
});
