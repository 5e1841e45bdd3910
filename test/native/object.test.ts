import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { layoutHash, layoutSizes } from '../../src/probe/events.gen.ts';
import type { BpfObject, ProgramInfo } from '../../src/probe/native.ts';
import { failure, native, openFixture } from './fixture.ts';

let object: BpfObject;
beforeEach(() => {
  object = openFixture();
});
afterEach(() => object.close());

function program(name: string): ProgramInfo {
  const info = object.programs().find((candidate) => candidate.name === name);
  if (info === undefined) throw new Error(`no program ${name}`);
  return info;
}

describe('a knob', () => {
  test('is read by name with its sign', () => {
    expect(object.knob('knob_u8')).toBe(7n);
    expect(object.knob('knob_s16')).toBe(-2n);
    expect(object.knob('knob_u32')).toBe(4_000_000_000n);
    expect(object.knob('knob_s64')).toBe(-1n);
    expect(object.knob('knob_u64')).toBe(2n ** 64n - 1n);
    expect(object.knob('knob_bool')).toBe(1n);
    expect(object.knob('knob_enum')).toBe(1n);
  });

  test.each([
    ['knob_u8', 0n, 255n],
    ['knob_s16', -32_768n, 32_767n],
    ['knob_u32', 0n, 2n ** 32n - 1n],
    ['knob_s64', -(2n ** 63n), 2n ** 63n - 1n],
    ['knob_u64', 0n, 2n ** 64n - 1n],
    ['knob_bool', 0n, 1n],
    ['knob_enum', 0n, 2n ** 32n - 1n],
  ])('%s takes the values from %d to %d and no other', (name, least, most) => {
    for (const value of [least, most]) {
      object.setKnob(name, value);
      expect(object.knob(name)).toBe(value);
    }
    for (const value of [least - 1n, most + 1n]) {
      const { code } = failure(() => object.setKnob(name, value));
      expect(['ERANGE', 'EINVAL']).toContain(code);
      expect(object.knob(name)).toBe(most);
    }
  });

  test('keeps its neighbours', () => {
    object.setKnob('knob_u32', 0);
    object.setKnob('knob_u8', 1);
    expect(object.knob('knob_s16')).toBe(-2n);
    expect(object.knob('knob_bool')).toBe(1n);
  });

  test('that is not there or no integer is refused by name', () => {
    expect(failure(() => object.setKnob('knob', 1))).toMatchObject({ code: 'ENOENT', operation: 'setKnob' });
    expect(failure(() => object.setKnob('knob', 1)).message).toContain("'knob'");
    expect(failure(() => object.setKnob('knob_text', 1)).message).toContain('not one integer');
    expect(failure(() => object.knob('LICENSE')).code).toBe('ENOENT');
  });
});

test('what shapes the object comes before load, what uses it after', () => {
  expect(failure(() => object.attach('on_state')).message).toContain('after load()');
  expect(failure(() => object.openRing('ring', () => {})).code).toBe('EINVAL');
  object.load();
  for (const call of [
    () => object.setKnob('knob_u8', 1),
    () => object.setMaxEntries('table', 1),
    () => object.setAutoload('submit', false),
    () => object.load(),
  ]) {
    expect(failure(call)).toMatchObject({ code: 'EBUSY' });
  }
});

test('a knob that was set is there for the programs after load', () => {
  object.setKnob('knob_u8', 99);
  object.load();
  const rodata = object.maps().find((map) => map.name.endsWith('.rodata'));
  const value = object.lookup(rodata?.name ?? '', new Uint8Array(4));
  expect(value).toContain(99);
  expect(object.knob('knob_u8')).toBe(99n);
});

test('tables take the size that they are given', () => {
  object.setMaxEntries('table', 2);
  object.load();
  const key = (n: number) => new Uint8Array(new BigUint64Array([BigInt(n)]).buffer);
  object.update('table', key(1), new Uint8Array(4));
  object.update('table', key(2), new Uint8Array(4));
  const full = failure(() => object.update('table', key(3), new Uint8Array(4)));
  expect(full).toMatchObject({ code: 'E2BIG', operation: 'update' });
  expect(full.message).toContain('the map is full');
  expect(object.maps().find((map) => map.name === 'table')).toEqual({
    name: 'table',
    type: 1,
    keySize: 8,
    valueSize: 4,
    maxEntries: 2,
  });
});

test('programs tell section, size and whether they are attached', () => {
  object.setAutoload('refuse', false);
  expect(program('on_state')).toMatchObject({ loaded: false, attached: false, verifiedInstructions: 0 });
  object.load();
  expect(program('refuse').loaded).toBe(false);
  object.attach('on_state');
  expect(program('on_state')).toMatchObject({
    section: 'raw_tp/inet_sock_set_state',
    loaded: true,
    attached: true,
    skipCount: 0,
  });
  expect(program('submit').verifiedInstructions).toBeGreaterThan(10);
  expect(program('refuse').verifiedInstructions).toBe(0);
});

test('run statistics count every run while they are on', () => {
  object.load();
  object.enableRunStats();
  object.enableRunStats();
  for (let i = 0; i < 5; i++) object.testRun('add');
  expect(program('add').runCount).toBe(5);
  expect(program('add').runTimeNs).toBeGreaterThan(0);
});

test('a test run passes its arguments and returns the result', () => {
  object.load();
  expect(object.testRun('add')).toBe(0);
  expect(object.testRun('add', [1, 2n, 3])).toBe(6);
  expect(object.testRun('add', Array(12).fill(2n))).toBe(24);
  expect(object.testRun('add', [-1n])).toBe(2 ** 32 - 1);
  expect(object.testRun('refuse')).toBe(3);
});

describe('attaching', () => {
  test('twice is refused', () => {
    object.load();
    object.attach('on_state');
    expect(failure(() => object.attach('on_state')).code).toBe('EEXIST');
  });

  test('to a hook that the kernel does not have says so', () => {
    object.load();
    const error = failure(() => object.attach('nowhere'));
    expect(error).toMatchObject({ code: 'ENOENT', errno: 2, operation: 'attach' });
    expect(error.message).toContain('raw_tp/no_such_tracepoint');
    expect(error.message).toContain('this kernel has no such hook');
    expect(error.log).toContain('nowhere');
  });

  test('without a hook in the section says so', () => {
    object.load();
    expect(failure(() => object.attach('add')).code).toBe('EOPNOTSUPP');
    expect(failure(() => object.attach('in_cgroup')).code).toBe('EOPNOTSUPP');
  });

  test('a program that was not loaded is refused', () => {
    object.load();
    expect(failure(() => object.attach('rejected')).message).toContain('setAutoload()');
    expect(failure(() => object.testRun('rejected')).code).toBe('EINVAL');
  });
});

test('a program that the verifier rejects fails the load with its log, and leaves only close()', () => {
  object.setAutoload('rejected', true);
  const error = failure(() => object.load());
  expect(error).toMatchObject({ code: 'EACCES', operation: 'load' });
  expect(error.message).toContain('the verifier rejected');
  expect(error.log).toContain("invalid mem access 'scalar'");
  expect(failure(() => object.load()).code).toBe('EBUSY');
  expect(failure(() => object.testRun('add')).message).toContain('load() failed');
});

test('the log of one failure is not in the next', () => {
  object.setAutoload('rejected', true);
  expect(failure(() => object.load()).log).not.toBe('');
  expect(failure(() => object.setMaxEntries('table', 1)).log).toBe('');
});

test('layouts are those that the decoders were generated from', () => {
  expect(native.layouts()).toEqual({ sizes: layoutSizes, hash: layoutHash });
});

test('clocks agree with those of the runtime', () => {
  const before = BigInt(Date.now());
  const { realtime, boottime } = native.clocks();
  expect(realtime / 1_000_000n).toBeGreaterThanOrEqual(before);
  expect(realtime / 1_000_000n).toBeLessThanOrEqual(BigInt(Date.now()));
  expect(boottime).toBeGreaterThanOrEqual(process.hrtime.bigint() - 1_000_000_000n);
  expect(native.clocks().boottime).toBeGreaterThan(boottime);
});
