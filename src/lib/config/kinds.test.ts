import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  absolutePath,
  boolean,
  bytes,
  bytesPowerOfTwo,
  fileMode,
  host,
  integer,
  logLevel,
  ports,
  socketPath,
} from './kinds.ts';

const KiB = 1024;

describe('integer', () => {
  it('takes the whole numbers of its range and nothing else', () => {
    const kind = integer(1, 100);
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 1000 }), (value) => {
        expect(kind.parse(String(value))).toBe(value >= 1 && value <= 100 ? value : undefined);
      }),
    );
  });

  it.each(['', ' ', '1.5', '1e2', '0x10', '+5', '٣', '9'.repeat(30), 'Infinity', 'NaN'])(
    'refuses %j',
    (text) => {
      expect(integer(0, Number.MAX_SAFE_INTEGER).parse(text)).toBeUndefined();
    },
  );
});

describe('ports', () => {
  const kind = ports(3);

  it.each([
    ['53', [53]],
    ['53, 5353,65535', [53, 5353, 65_535]],
  ])('takes %j', (text, expected) => {
    expect(kind.parse(text)).toEqual(expected);
  });

  it.each(['', '0', '65536', '53,', '53,53', '1,2,3,4', '53;54', 'domain'])('refuses %j', (text) => {
    expect(kind.parse(text)).toBeUndefined();
  });
});

describe('bytes', () => {
  const kind = bytes(KiB, 2 ** 30);

  it.each([
    ['1024', 1024],
    ['64KiB', 65_536],
    ['64kib', 65_536],
    ['1.5MiB', 1_572_864],
    ['8MB', 8_000_000],
    ['8MiB', 8_388_608],
    ['1GiB', 2 ** 30],
  ])('reads %s', (text, value) => {
    expect(kind.parse(text)).toBe(value);
  });

  it.each(['1023', '2GiB', '-1KiB', 'KiB', '1024.5', '8 MiB', '8MiBs'])('refuses %s', (text) => {
    expect(kind.parse(text)).toBeUndefined();
  });

  it('reads what it formats', () => {
    fc.assert(
      fc.property(fc.integer({ min: KiB, max: 2 ** 30 }), (value) => {
        expect(kind.parse(kind.format?.(value) ?? '')).toBe(value);
      }),
    );
  });
});

it('takes only powers of two for a ring buffer', () => {
  const kind = bytesPowerOfTwo(64 * KiB, 2 ** 30);
  expect(kind.parse('64KiB')).toBe(65_536);
  expect(kind.parse('96KiB')).toBeUndefined();
  expect(kind.parse('32KiB')).toBeUndefined();
  expect(kind.parse('2GiB')).toBeUndefined();
});

it.each([
  ['0660', 0o660],
  ['660', 0o660],
  ['0o777', 0o777],
  ['0600', 0o600],
  ['0060', undefined],
  ['0680', undefined],
  ['4755', undefined],
  ['rw', undefined],
])('reads the file mode %s as %s', (text, mode) => {
  expect(fileMode.parse(text)).toBe(mode);
});

it.each([
  ['true', true],
  ['YES', true],
  ['1', true],
  ['off', false],
  ['disabled', false],
  ['0', false],
  ['enabled', undefined],
])('reads the switch %s as %s', (text, value) => {
  expect(boolean.parse(text)).toBe(value);
});

it('refuses relative paths, and socket paths that the kernel would refuse', () => {
  expect(absolutePath.parse('/proc')).toBe('/proc');
  expect(absolutePath.parse('proc')).toBeUndefined();
  expect(socketPath.parse(`/${'s'.repeat(106)}`)).toHaveLength(107);
  expect(socketPath.parse(`/${'s'.repeat(107)}`)).toBeUndefined();
  expect(socketPath.parse(`/${'é'.repeat(54)}`)).toBeUndefined();
});

it.each(['127.0.0.1', '::1', 'fe80::1%eth0', 'localhost', 'node-1.example'])('takes the host %s', (text) => {
  expect(host.parse(text)).toBe(text);
});

it.each(['', 'a b', 'http://x', '[::1]', 'x/y'])('refuses the host %j', (text) => {
  expect(host.parse(text)).toBeUndefined();
});

it.each([
  ['INFO', 'info'],
  ['warning', 'warn'],
  ['critical', 'fatal'],
  ['off', 'silent'],
  ['constructor', undefined],
  ['verbose', undefined],
])('reads the log level %s as %s', (text, level) => {
  expect(logLevel.parse(text)).toBe(level);
});
