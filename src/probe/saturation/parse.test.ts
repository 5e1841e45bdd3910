import { describe, expect, it } from 'vitest';
import { parseCpu, parseLoad, parseMemory } from './node.ts';
import { blkio, ioStat, keyed, limit, quotaMillicores, single, stalled } from './parse.ts';

const MEMORY_STAT = 'anon 4096\nfile 8192\ninactive_file 300\nactive_file 200\n';

describe('keyed', () => {
  it.each([
    ['anon', 4096],
    ['inactive_file', 300],
    ['active_file', 200],
    ['inactive', undefined],
    ['ive_file', undefined],
    ['', undefined],
  ])('finds %j', (name, value) => {
    expect(keyed(MEMORY_STAT, name)).toBe(value);
  });

  it.each(['', 'anon', 'anon \n', 'anon x\n', 'anon -1\n'])('finds nothing in %j', (text) => {
    expect(keyed(text, 'anon')).toBeUndefined();
  });
});

it.each([
  ['123\n', 123],
  ['max\n', undefined],
  ['-1\n', undefined],
  ['', undefined],
])('reads %j as one number', (text, value) => {
  expect(single(text)).toBe(value);
});

it('reads stalls', () => {
  const text =
    'some avg10=1.53 avg60=0.87 avg300=0.27 total=1234567\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=89\n';
  expect([stalled(text, 'some'), stalled(text, 'full')]).toEqual([1_234_567, 89]);
  expect([stalled('', 'some'), stalled('some avg10=0.00', 'some')]).toEqual([undefined, undefined]);
  // A kernel before 5.13 has no second line for the processor.
  expect(stalled('some avg10=0.00 avg60=0.00 avg300=0.00 total=5\n', 'full')).toBeUndefined();
});

it.each([
  [50_000, 100_000, 500],
  [250_000, 100_000, 2500],
  [undefined, 100_000, undefined],
  [-1, 100_000, undefined],
  [50_000, 0, undefined],
])('reads the quota %s of %s', (quota, period, millicores) => {
  expect(quotaMillicores(quota, period)).toBe(millicores);
});

it('sums the devices of io.stat', () => {
  const text =
    '8:0 rbytes=100 wbytes=20 rios=3 wios=1 dbytes=9 dios=9\n253:1 rbytes=5 wbytes=6 rios=7 wios=8\n';
  expect(ioStat(text)).toEqual({ readBytes: 105, writtenBytes: 26, reads: 10, writes: 9 });
  expect(ioStat('')).toEqual({ readBytes: 0, writtenBytes: 0, reads: 0, writes: 0 });
});

it('sums the devices of blkio', () => {
  const text = '8:0 Read 4096\n8:0 Write 8192\n8:0 Sync 1\n8:16 Read 1\n8:16 Total 2\nTotal 12289\n';
  expect(blkio(text)).toEqual({ read: 4097, write: 8192 });
});

it('knows no limit in v1 by the largest number', () => {
  expect([limit(9_223_372_036_854_772_000), limit(1024), limit(undefined)]).toEqual([
    undefined,
    1024,
    undefined,
  ]);
});

describe('the node', () => {
  it('has its processor time in ticks', () => {
    const stat =
      'cpu  100 20 30 1000 5 1 2 0 0 0\ncpu0 50 10 15 500 2 0 1 0 0 0\ncpu1 50 10 15 500 3 1 1 0 0 0\nintr 5\n';
    expect(parseCpu(stat)).toEqual({
      usageUs: 1_530_000,
      userUs: 1_200_000,
      systemUs: 330_000,
      limitMillicores: 2000,
    });
    expect(parseCpu('nonsense')).toEqual({});
  });

  it('has its memory in kilobytes', () => {
    const text = 'MemTotal:        1000 kB\nMemFree:          400 kB\nMemAvailable:     700 kB\n';
    expect(parseMemory(text)).toEqual({
      usageBytes: 600 * 1024,
      workingSetBytes: 300 * 1024,
      limitBytes: 1000 * 1024,
    });
    expect(parseMemory('')).toEqual({});
  });

  it('has its load', () => {
    expect(parseLoad('0.10 0.22 1.50 3/234 5678\n')).toEqual({
      averages: { one: 0.1, five: 0.22, fifteen: 1.5 },
      tasks: 234,
    });
    expect(parseLoad('')).toBeUndefined();
  });
});
