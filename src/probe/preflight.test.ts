import { describe, expect, it } from 'vitest';
import { assertCanRun } from './preflight.ts';

const root = { release: '6.1.0-30-amd64', capabilities: '000001ffffffffff', hasBtf: true };

describe('assertCanRun', () => {
  it.each([
    ['root', root],
    ['the oldest kernel', { ...root, release: '5.10.0-35-amd64' }],
    ['BPF and PERFMON alone', { ...root, capabilities: (3n << 38n).toString(16) }],
  ])('lets %s run', (_, machine) => {
    expect(() => assertCanRun(machine)).not.toThrow();
  });

  it.each([
    ['SP_KERNEL_TOO_OLD', { ...root, release: '5.4.0-100-generic' }],
    ['SP_KERNEL_TOO_OLD', { ...root, release: '4.19.0' }],
    ['SP_NOT_ROOT', { ...root, capabilities: '0' }],
    ['SP_NOT_ROOT', { ...root, capabilities: (1n << 39n).toString(16) }],
    ['SP_NO_BTF', { ...root, hasBtf: false }],
  ])('says %s', (code, machine) => {
    expect(() => assertCanRun(machine)).toThrow(expect.objectContaining({ code }));
  });
});
