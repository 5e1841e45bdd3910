import { expect, test } from 'vitest';
import { checkBasics } from './check.ts';

const MACHINE = { release: '6.1.0-18-amd64', capabilities: '000001ffffffffff', hasBtf: true };

function missing(change: Partial<typeof MACHINE>) {
  const checks = checkBasics({ ...MACHINE, ...change }).filter(({ status }) => status === 'missing');
  return Object.fromEntries(checks.map(({ name, required }) => [name, required]));
}

test('root on a kernel that is new enough lacks nothing', () => {
  expect(missing({})).toEqual({});
});

test('each thing that is required is named by itself', () => {
  expect(missing({ release: '5.9.16' })).toEqual({ kernel: true });
  expect(missing({ hasBtf: false })).toEqual({ BTF: true });
  expect(missing({ release: '4.19.0', hasBtf: false })).toEqual({ kernel: true, BTF: true });
});

test('capabilities that are not required cost something, and are said to', () => {
  expect(missing({ capabilities: '000000c000000000' })).toEqual({
    CAP_SYS_ADMIN: false,
    CAP_SYS_PTRACE: false,
  });
  expect(missing({ capabilities: '0000000000200000' })).toEqual({ CAP_SYS_PTRACE: false });
  expect(missing({ capabilities: '0000000000000000' })).toMatchObject({ privileges: true });
  for (const check of checkBasics({ ...MACHINE, capabilities: '0' })) {
    if (check.status === 'missing') expect(check.cost).toBeTypeOf('string');
  }
});
