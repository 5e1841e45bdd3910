import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BpfObject, Native } from '../../src/probe/native.ts';
import { failure, image, native, openFixture } from './fixture.ts';

const methods = [
  'knob',
  'setKnob',
  'setMaxEntries',
  'setAutoload',
  'load',
  'attach',
  'openRing',
  'drain',
  'backlog',
  'lookupBatch',
  'takeBatch',
  'select',
  'lookup',
  'update',
  'delete',
  'counters',
  'snapshot',
  'testRun',
  'enableRunStats',
  'programs',
  'maps',
] as const;

/** What JavaScript may pass whatever the types say. */
type Untyped = Record<(typeof methods)[number], (...args: unknown[]) => unknown>;

const key = new Uint8Array(8);
const value = new Uint8Array(4);
const buffer = new Uint8Array(4096);
const slots = { keys: 'table', slots: 'slots', program: 'double_slots', slotSize: 16 };
const noCallback = () => {};

let object: BpfObject;
let untyped: Untyped;
beforeEach(() => {
  object = openFixture();
  object.load();
  untyped = object as unknown as Untyped;
});
afterEach(() => object.close());

function detached(): Uint8Array {
  const bytes = new Uint8Array(64);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}

describe('an argument of the wrong kind is named', () => {
  const wrong: [keyof Untyped, unknown[], string][] = [
    ['knob', [], 'name must be a string'],
    ['setKnob', [undefined, 1], 'name must be a string'],
    ['setKnob', ['knob_u8'], 'value must be a number or a bigint'],
    ['setKnob', ['knob_u8', '1'], 'value must be a number or a bigint'],
    ['setKnob', ['knob_u8', 1.5], 'value must be a safe integer'],
    ['setKnob', ['knob_u8', Number.NaN], 'value must be a safe integer'],
    ['setKnob', ['knob_u64', 2 ** 64], 'value must be a safe integer'],
    ['setKnob', ['knob_u64', 2n ** 64n], 'value must be an integer of at most 64 bits'],
    ['setMaxEntries', [7, 1], 'map must be a string'],
    ['setMaxEntries', ['table', 0], 'entries must be an integer from 1 to 4294967295'],
    ['setMaxEntries', ['table', 2 ** 32], 'entries must be'],
    ['setMaxEntries', ['table', -1], 'entries must be'],
    ['setMaxEntries', ['table', 1.5], 'entries must be'],
    ['setMaxEntries', ['table', 1n], 'entries must be'],
    ['setAutoload', [null, true], 'program must be a string'],
    ['setAutoload', ['add', 1], 'load must be a boolean'],
    ['attach', [{}], 'program must be a string'],
    ['attach', ['in_cgroup', '/sys/fs/cgroup'], 'options must be an object'],
    ['attach', ['in_cgroup', { cgroup: 1 }], 'options.cgroup must be a string'],
    ['openRing', [undefined, noCallback], 'map must be a string'],
    ['openRing', ['ring'], 'onBacklog must be a function'],
    ['drain', [1, buffer], 'map must be a string'],
    ['drain', ['ring'], 'buffer must be a Uint8Array'],
    ['drain', ['ring', new ArrayBuffer(64)], 'buffer must be a Uint8Array'],
    ['drain', ['ring', new Uint16Array(64)], 'buffer must be a Uint8Array'],
    ['drain', ['ring', [1, 2, 3]], 'buffer must be a Uint8Array'],
    ['drain', ['ring', detached()], 'transferred or detached'],
    ['backlog', [Symbol('ring')], 'map must be a string'],
    ['lookupBatch', ['table', new DataView(new ArrayBuffer(64))], 'buffer must be a Uint8Array'],
    ['lookupBatch', ['table', buffer, null], 'token must be a Uint8Array'],
    ['lookupBatch', ['table', detached()], 'transferred or detached'],
    ['takeBatch', ['table'], 'buffer must be a Uint8Array'],
    ['select', [1, 'left'], 'outer must be a string'],
    ['select', ['page'], 'inner must be a string'],
    ['lookup', ['table'], 'key must be a Uint8Array'],
    ['lookup', ['table', detached()], 'transferred or detached'],
    ['update', ['table', key], 'value must be a Uint8Array'],
    ['update', ['table', 'key', value], 'key must be a Uint8Array'],
    ['update', ['table', key, detached()], 'transferred or detached'],
    ['delete', ['table', 5], 'key must be a Uint8Array'],
    ['counters', [], 'map must be a string'],
    ['snapshot', [], 'options must be an object'],
    ['snapshot', [{}], 'options.keys must be a string'],
    ['snapshot', [{ ...slots, slots: 1 }], 'options.slots must be a string'],
    ['snapshot', [{ ...slots, program: undefined }], 'options.program must be a string'],
    ['snapshot', [{ ...slots, slotSize: 0 }], 'options.slotSize must be an integer from 8'],
    ['testRun', [], 'program must be a string'],
    ['testRun', ['add', 5], 'args must be an array'],
    ['testRun', ['add', ['5']], 'args[] must be a number or a bigint'],
    ['testRun', ['add', Array(13).fill(0)], 'at most 12 arguments'],
  ];
  for (const [method, args, message] of wrong) {
    test(`${method}: ${message}`, () => {
      const error = failure(() => untyped[method](...args));
      expect(error).toMatchObject({ code: 'EINVAL', errno: 22, operation: method });
      expect(error.message).toContain(message);
    });
  }
});

describe('a name or size that does not fit the map is told with what would', () => {
  const wrong: [keyof Untyped, unknown[], string, string][] = [
    ['lookup', ['none', key], 'ENOENT', "no map 'none'"],
    ['attach', ['none'], 'ENOENT', "no program 'none'"],
    ['testRun', ['none'], 'ENOENT', "no program 'none'"],
    ['counters', ['none'], 'ENOENT', "no map 'none'"],
    ['openRing', ['none', noCallback], 'ENOENT', "no map 'none'"],
    ['openRing', ['table', noCallback], 'EINVAL', "'table' is not a ring buffer"],
    ['drain', ['ring', buffer], 'ENOENT', 'call openRing() first'],
    ['backlog', ['ring'], 'ENOENT', 'call openRing() first'],
    ['lookup', ['table', value], 'EINVAL', 'a key of 8 bytes, not 4'],
    ['update', ['table', value, value], 'EINVAL', 'a key of 8 bytes, not 4'],
    ['update', ['table', key, key], 'EINVAL', 'a value of 4 bytes, not 8'],
    ['delete', ['table', new Uint8Array(0)], 'EINVAL', 'a key of 8 bytes, not 0'],
    ['lookup', ['ring', new Uint8Array(0)], 'EINVAL', "'ring' has no keys"],
    ['lookupBatch', ['ring', buffer], 'EINVAL', "'ring' has no keys"],
    ['delete', ['ring', new Uint8Array(0)], 'EINVAL', "'ring' has no keys"],
    ['lookup', ['lost', value], 'EINVAL', 'read it with counters()'],
    ['update', ['lost', value, key], 'EINVAL', 'read it with counters()'],
    ['lookupBatch', ['lost', buffer], 'EINVAL', 'read it with counters()'],
    ['lookupBatch', ['table', new Uint8Array(11)], 'ENOBUFS', 'pairs of 12 bytes; the buffer has 11'],
    ['lookupBatch', ['table', buffer, new Uint8Array(9)], 'EINVAL', 'token is not one'],
    ['takeBatch', ['table', buffer, new Uint8Array(9)], 'EINVAL', 'token is not one'],
    ['select', ['table', 'left'], 'EINVAL', "'table' is not an array of maps"],
    ['counters', ['table'], 'EINVAL', 'not a per-CPU array of u64'],
    ['snapshot', [{ ...slots, keys: 'slots' }], 'EINVAL', 'not keyed by socket addresses'],
    ['snapshot', [{ ...slots, slots: 'table' }], 'EINVAL', 'not an array with BPF_F_MMAPABLE'],
    ['snapshot', [{ ...slots, slotSize: 24 }], 'EINVAL', 'slots of 16 bytes, slotSize is 24'],
    ['snapshot', [{ ...slots, program: 'none' }], 'ENOENT', "no program 'none'"],
  ];
  for (const [method, args, code, message] of wrong) {
    test(`${method}: ${code}, ${message}`, () => {
      const error = failure(() => untyped[method](...args));
      expect(error).toMatchObject({ code, operation: method });
      expect(error.message).toContain(message);
    });
  }
});

test('every method of a closed object says that it is closed', () => {
  object.close();
  const args: Partial<Record<keyof Untyped, unknown[]>> = {
    setKnob: ['knob_u8', 1],
    setMaxEntries: ['table', 1],
    setAutoload: ['add', true],
    openRing: ['ring', noCallback],
    drain: ['ring', buffer],
    lookupBatch: ['table', buffer],
    takeBatch: ['table', buffer],
    select: ['page', 'left'],
    lookup: ['table', key],
    update: ['table', key, value],
    delete: ['table', key],
    snapshot: [slots],
  };
  for (const method of methods) {
    const error = failure(() => untyped[method](...(args[method] ?? ['table'])));
    expect(error, method).toMatchObject({ code: 'EBADF', operation: method });
    expect(error.message).toBe(`${method}: the BPF object is closed`);
  }
});

test('an object that is closed by its own argument is not used', () => {
  const closing = {
    ...slots,
    get keys() {
      object.close();
      return 'table';
    },
  };
  expect(failure(() => object.snapshot(closing)).code).toBe('EBADF');
});

test("what an argument's getter throws comes through", () => {
  const throwing = {
    ...slots,
    get slotSize(): number {
      throw new RangeError('from the getter');
    },
  };
  expect(() => object.snapshot(throwing)).toThrow(RangeError);
});

test('methods cannot be called on something else', () => {
  expect(() => untyped.load.call({})).toThrow(TypeError);
  expect(() => object.snapshot(slots).next.call(object as never, buffer)).toThrow(TypeError);
});

test('classes are constructed as they should be', () => {
  const { BpfObject } = native as unknown as { BpfObject: new (...args: unknown[]) => BpfObject };
  expect(() => (BpfObject as unknown as () => void)()).toThrow(TypeError);
  expect(failure(() => new BpfObject()).message).toContain('name must be a string');
  expect(failure(() => new BpfObject(image)).message).toContain('name must be a string');
  expect(failure(() => new BpfObject('image', 'x')).message).toContain('image must be a Uint8Array');
  expect(failure(() => new BpfObject(detached(), 'x')).message).toContain('detached');
  const Snapshot = object.snapshot(slots).constructor;
  expect(() => Reflect.construct(Snapshot, [object, slots])).toThrow(TypeError);
});

test('bytes may lie anywhere: inside a larger buffer, unaligned, or shared', () => {
  const shifted = new Uint8Array(image.length + 3).subarray(3);
  shifted.set(image);
  const second = new native.BpfObject(shifted, 'shifted');
  second.load();
  second.openRing('ring', noCallback);
  second.testRun('submit', [5, 1, 0]);
  const shared = new Uint8Array(new SharedArrayBuffer(65), 1);
  expect(second.drain('ring', shared)).toBe(24);
  expect(shared[0]).toBe(5);
  second.close();
});

test('sockDiag names what is wrong with its request', () => {
  const request = { netns: '/proc/self/ns/net', family: 2, protocol: 6, states: 0xfff, extensions: 0 };
  const dump = native.sockDiag as (...args: unknown[]) => ReturnType<Native['sockDiag']>;
  expect(failure(() => dump()).message).toBe('sockDiag: request must be an object');
  expect(failure(() => dump({ ...request, netns: 1 }, buffer)).message).toContain('request.netns');
  expect(failure(() => dump({ ...request, family: 256 }, buffer)).message).toContain('request.family');
  expect(failure(() => dump({ ...request, protocol: -1 }, buffer)).message).toContain('request.protocol');
  expect(failure(() => dump({ ...request, states: 2 ** 32 }, buffer)).message).toContain('request.states');
  expect(failure(() => dump({ ...request, extensions: '' }, buffer)).message).toContain('request.extensions');
  expect(failure(() => dump(request, 'buffer')).message).toContain('buffer must be a Uint8Array');
  expect(failure(() => dump(request, detached())).message).toContain('detached');
});
