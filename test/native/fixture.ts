import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type BindingName, type BpfObject, loadNative, type NativeError } from '../../src/probe/native.ts';
import { compile } from './compile.ts';

/** vitest.config.ts runs the tests of the interface on both. */
export const binding: BindingName = process.env.SYSPROBE_BINDING === 'ffi' ? 'ffi' : 'addon';

export const native = loadNative(binding);

/** What waits for the announcements of a ring: a thread of the addon, or the event loop itself. */
export const THREADS_A_RING = binding === 'addon' ? 1 : 0;

/** bpf_ringbuf_submit() flags. */
export const NO_WAKEUP = 1;
export const FORCE_WAKEUP = 2;

/** A record of fixture.bpf.c: 20 bytes, 24 with the padding, and 32 in the ring with its head. */
export const RECORD_SIZE = 24;
export const RECORD_IN_RING = 32;

export const image = compile(join(import.meta.dirname, 'fixture.bpf.c'));

export function openFixture(): BpfObject {
  return new native.BpfObject(image, 'fixture');
}

/** Runs `body` with the loaded fixture, then closes it. */
export async function withFixture(body: (object: BpfObject) => void | Promise<void>): Promise<void> {
  const object = openFixture();
  try {
    object.load();
    await body(object);
  } finally {
    object.close();
  }
}

/** The error that `call` throws, after checking that it has every part of a NativeError. */
export function failure(call: () => unknown): NativeError {
  try {
    call();
  } catch (error) {
    const thrown = error as NativeError;
    expect(thrown).toBeInstanceOf(Error);
    expect(thrown.errno).toBeTypeOf('number');
    expect(thrown.log).toBeTypeOf('string');
    expect(thrown.message.startsWith(`${thrown.operation}: `), thrown.message).toBe(true);
    return thrown;
  }
  throw new Error('the call was expected to throw');
}

/** The numbers of the drained records, after checking that nothing else is between them. */
export function numbersIn(buffer: Uint8Array, bytes: number): number[] {
  expect(bytes % RECORD_SIZE).toBe(0);
  const view = new DataView(buffer.buffer, buffer.byteOffset, bytes);
  const numbers: number[] = [];
  for (let at = 0; at < bytes; at += RECORD_SIZE) {
    numbers.push(view.getUint32(at, true));
    expect([view.getUint32(at + 16, true), view.getUint32(at + 20, true)]).toEqual([0xffffffff, 0]);
  }
  return numbers;
}

export function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}

export function threads(): number {
  return readdirSync('/proc/self/task').length;
}

/** Polls until `holds`, and fails with `what` after ten seconds. */
export async function eventually(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
