import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BpfObject } from '../../src/probe/native.ts';
import { compile } from './compile.ts';
import { failure, image, native } from './fixture.ts';

const sectionHeaders = Number(image.readBigUInt64LE(40));

function open(bytes: Uint8Array): BpfObject {
  return new native.BpfObject(bytes, 'broken');
}

/** Offset and size of a section, from the file's own tables. */
function section(name: string): { offset: number; size: number } {
  const header = (index: number) => image.subarray(sectionHeaders + 64 * index);
  const field = (index: number, at: number) => Number(header(index).readBigUInt64LE(at));
  const names = field(image.readUInt16LE(62), 24);
  for (let i = 0; i < image.readUInt16LE(60); i++) {
    const at = names + header(i).readUInt32LE(0);
    if (image.toString('latin1', at, image.indexOf(0, at)) === name) {
      return { offset: field(i, 24), size: field(i, 32) };
    }
  }
  throw new Error(`no section ${name}`);
}

function damaged(offset: number, ...bytes: number[]): Buffer {
  const copy = Buffer.from(image);
  copy.set(bytes, offset);
  return copy;
}

describe('what is not a BPF object is refused with what to do', () => {
  const cases: [string, Uint8Array][] = [
    ['nothing', new Uint8Array(0)],
    ['text', Buffer.from('#!/bin/sh\nexit 0\n')],
    ['zeros', new Uint8Array(10_000)],
    ['a program for this machine', readFileSync(process.execPath).subarray(0, 100_000)],
    ['only the head', image.subarray(0, 64)],
    ['another magic', damaged(0, 0)],
    ['another machine', damaged(18, 62)],
    ['no BTF magic', damaged(section('.BTF').offset, 0, 0)],
  ];
  for (const [what, bytes] of cases) {
    test(what, () => {
      const error = failure(() => open(bytes));
      expect(error.operation).toBe('open');
      expect(error.code).toMatch(/^(E[A-Z]+|LIBBPF_[A-Z]+)$/);
      expect(error.message).toContain(`object 'broken' (${bytes.length} bytes)`);
      expect(error.message).toContain('the object is corrupted or was not made for BPF');
      if (bytes.length > 0) expect(error.log).toContain('libbpf: ');
    });
  }
});

test('a file that was cut anywhere is refused', () => {
  for (let size = 0; size < image.length; size += 199) {
    expect(failure(() => open(image.subarray(0, size))).operation).toBe('open');
  }
});

test('an object without BTF has programs and no knobs', () => {
  const object = open(compile(join(import.meta.dirname, 'without-maps.bpf.c'), { debug: false }));
  expect(object.programs().map(({ name }) => name)).toEqual(['limited']);
  for (const call of [() => object.knob('limit'), () => object.setKnob('limit', 1)]) {
    expect(failure(call)).toMatchObject({ code: 'ENOENT' });
  }
  object.close();
});

test('a damaged program is refused by the kernel, whose log comes with the error', () => {
  const { offset } = section('raw_tp/inet_sock_set_state');
  const object = open(damaged(offset, 0xff));
  const error = failure(() => object.load());
  expect(error).toMatchObject({ operation: 'load', code: 'EINVAL' });
  expect(error.log).toContain('on_state');
  object.close();
});

test('a refused object leaves nothing that would stop the next', () => {
  for (let i = 0; i < 20; i++) expect(() => open(image.subarray(0, 1000))).toThrow();
  const object = open(image);
  object.load();
  expect(object.testRun('add', [1])).toBe(1);
  object.close();
});
