// What this binding writes down a second time, against what the compiler knows and the addon's own sources.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { adviceFor, ENOTSUPP, libbpfErrorName } from '../../../src/probe/ffi/advice.ts';
import { OpenOptions, ProgInfo, TestRunOptions } from '../../../src/probe/ffi/structs.ts';
import {
  ALLOWED_FAMILIES,
  ALLOWED_NAMESPACES,
  AUDIT_ARCH,
  DENIED,
  DENIED_BPF,
  FILTERED,
} from '../../../src/probe/ffi/system-calls.ts';

const source = (name: string) => readFileSync(`native/${name}.cc`, 'utf8');

/** The values of C expressions, by the machine's headers. */
function valuesOf(headers: string[], expressions: string[], flags: string[] = []): number[] {
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-agreement-'));
  const program = join(folder, 'values');
  const lines = [
    ...['cstddef', 'cstdio', 'initializer_list', ...headers].map((header) => `#include <${header}>`),
    `int main() { for (long value : {${expressions.map((each) => `(long)(${each})`)}}) printf("%ld\\n", value); }`,
  ];
  try {
    execFileSync('g++', ['-x', 'c++', ...flags, '-', '-o', program], { input: lines.join('\n') });
    return execFileSync(program, { encoding: 'utf8' }).trim().split('\n').map(Number);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('structures have their fields where the compiler has them', () => {
  const types = {
    bpf_object_open_opts: OpenOptions,
    bpf_test_run_opts: TestRunOptions,
    bpf_prog_info: ProgInfo,
  };
  for (const [type, { size, ...fields }] of Object.entries(types)) {
    const offsets = Object.keys(fields).map((field) => `offsetof(${type}, ${field})`);
    expect(valuesOf(['linux/bpf.h', 'bpf/bpf.h', 'bpf/libbpf.h'], offsets)).toEqual(Object.values(fields));
    expect(size).toBeGreaterThan(Math.max(...Object.values(fields)));
  }
});

test('system calls have the numbers of both architectures', () => {
  const calls = Object.entries({ ...DENIED, ...FILTERED });
  const asked = calls.map(([name]) => `__NR_${name}`);
  expect(valuesOf(['asm/unistd_64.h'], asked)).toEqual(calls.map(([, { x64 }]) => x64));
  // As arm64's own header includes it.
  const flags = ['-D__ARCH_WANT_SYS_CLONE3'];
  const generic = valuesOf(['asm/bitsperlong.h', 'asm-generic/unistd.h'], asked, flags);
  expect(generic).toEqual(calls.map(([, { arm64 }]) => arm64));
});

test('commands, families and namespaces have the values of the headers', () => {
  const known = { ...DENIED_BPF, ...ALLOWED_FAMILIES, ...ALLOWED_NAMESPACES };
  expect(valuesOf(['linux/bpf.h', 'sys/socket.h', 'sched.h'], Object.keys(known))).toEqual(
    Object.values(known),
  );
  const audit = ['AUDIT_ARCH_X86_64', 'AUDIT_ARCH_AARCH64'];
  expect(valuesOf(['linux/audit.h'], audit)).toEqual(Object.values(AUDIT_ARCH));
});

test('what is denied is what the addon denies', () => {
  const text = source('confine');
  const named = (from: string, pattern: RegExp) =>
    [...text.slice(text.indexOf(from), text.indexOf('};', text.indexOf(from))).matchAll(pattern)].map(
      ([name]) => name,
    );
  expect(named('DENIED{', /__NR_\w+/g)).toEqual(Object.keys(DENIED).map((name) => `__NR_${name}`));
  expect(named('ALLOWED_FAMILIES{', /\bAF_\w+/g)).toEqual(Object.keys(ALLOWED_FAMILIES));
  expect(named('ALLOWED_NAMESPACES{', /\bCLONE_\w+/g)).toEqual(Object.keys(ALLOWED_NAMESPACES));
  expect(named('DENIED_BPF{', /\bBPF_\w+/g)).toEqual(Object.keys(DENIED_BPF));
});

/** C's string literals, which follow each other as one. */
const literal = (text: string) => [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, part]) => part).join('');

test('advice is what the addon gives', () => {
  const text = source('errors');
  const table = text.slice(text.indexOf('kAdvice[] = {'), text.indexOf('};', text.indexOf('kAdvice[] = {')));
  const constant = (name: string) => literal(text.split(`*${name} =`)[1]?.split(';\n')[0] ?? '');
  const rows = [...table.matchAll(/\{"(\w*)",\s*(\w+),\s*(\w+|(?:"(?:[^"\\]|\\.)*"\s*)+)\}/g)];
  expect(rows.length).toBe(table.match(/\{"/g)?.length);
  for (const [, operation = '', name = '', told = ''] of rows) {
    const wanted = told.startsWith('k') ? constant(told) : literal(told);
    expect(wanted.length).toBeGreaterThan(10);
    expect(adviceFor(operation, numberOf(name)), `${operation} ${name}`).toBe(wanted);
  }
});

function numberOf(name: string): number {
  if (name === 'kNotSupported') return ENOTSUPP;
  const [, ofLibbpf] = /^LIBBPF_ERRNO__(\w+)$/.exec(name) ?? [];
  if (ofLibbpf === undefined) return constants.errno[name as keyof typeof constants.errno];
  const [value = 0] = valuesOf(['bpf/libbpf.h'], [name]);
  expect(libbpfErrorName(value)).toBe(`LIBBPF_${ofLibbpf}`);
  return value;
}
