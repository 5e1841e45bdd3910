import { expect, test } from 'vitest';
import { checkCapabilities, checkKernel } from './check.ts';

const missing = (capEff: string) =>
  checkCapabilities(`Name:\tnode\nCapEff:\t${capEff}\n`)
    .filter(({ status }) => status === 'missing')
    .map(({ name }) => name);

test('the capabilities that are not held are named', () => {
  expect(missing('000001ffffffffff')).toEqual([]);
  expect(missing('0000000000000000')).toEqual(['CAP_BPF', 'CAP_PERFMON', 'CAP_SYS_ADMIN', 'CAP_SYS_PTRACE']);
  expect(missing('000000c000080000')).toEqual(['CAP_SYS_ADMIN']);
});

test('CAP_SYS_ADMIN includes what was split off from it', () => {
  expect(missing('0000000000200000')).toEqual(['CAP_SYS_PTRACE']);
});

test.each([
  ['5.10.0-28-amd64', 'ok'],
  ['6.1.0', 'ok'],
  ['10.0', 'ok'],
  ['5.9.16', 'missing'],
  ['4.19.0', 'missing'],
])('Linux %s is %s', (version, status) => {
  expect(checkKernel(version).status).toBe(status);
});
