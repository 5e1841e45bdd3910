import { expect, it } from 'vitest';
import { cpuTime, exitOf } from './exit.ts';

it.each([
  ['0', 0x0000, { code: 0, signal: 0 }],
  ['255', 0xff00, { code: 255, signal: 0 }],
  ['SIGKILL', 0x0009, { code: 0, signal: 9 }],
  ['SIGSEGV with a core', 0x008b, { code: 0, signal: 11 }],
])('tells the end: %s', (_, status, exit) => {
  expect(exitOf(status)).toEqual(exit);
});

it.each([
  [
    'is divided as the ticks were',
    { runNs: 9e6, userNs: 4e6, systemNs: 8e6 },
    { userUs: 4000, systemUs: 8000 },
  ],
  [
    'is what was charged, where that is more',
    { runNs: 30e6, userNs: 4e6, systemNs: 8e6 },
    { userUs: 10_000, systemUs: 20_000 },
  ],
  [
    'is that of user mode where no tick came',
    { runNs: 1500, userNs: 0, systemNs: 0 },
    { userUs: 2, systemUs: 0 },
  ],
  ['is not known of what was never charged', { runNs: 0, userNs: 0, systemNs: 0 }, undefined],
])('processor time %s', (_, times, expected) => {
  expect(cpuTime(times)).toEqual(expected);
});
