import { constants } from 'node:os';
import { types } from 'node:util';
import { misuse } from './failure.ts';

// Each takes the argument's name for its message and throws EINVAL for anything else.

export function toText(value: unknown, name: string): string {
  if (typeof value !== 'string') throw reject(name, 'a string');
  return value;
}

export function toBytes(value: unknown, name: string): Uint8Array {
  if (!types.isUint8Array(value)) throw reject(name, 'a Uint8Array');
  if (value.length === 0 && isDetached(value.buffer)) {
    throw reject(name, 'a Uint8Array whose memory is still here: it was transferred or detached');
  }
  return value;
}

export function toUint32(
  value: unknown,
  name: string,
  { least = 0, most = 2 ** 32 - 1 }: { least?: number; most?: number } = {},
): number {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    throw reject(name, `an integer from ${least} to ${most}`);
  }
  return value as number;
}

/** Of at most 64 bits. */
export function toInteger(value: unknown, name: string): bigint {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw reject(name, 'a safe integer; use a bigint for a larger one');
    return BigInt(value);
  }
  if (typeof value !== 'bigint') throw reject(name, 'a number or a bigint');
  if (value !== BigInt.asUintN(64, value) && value !== BigInt.asIntN(64, value)) {
    throw reject(name, 'an integer of at most 64 bits');
  }
  return value;
}

export function toBool(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw reject(name, 'a boolean');
  return value;
}

export function toFunction(value: unknown, name: string): () => void {
  if (typeof value !== 'function') throw reject(name, 'a function');
  return value as () => void;
}

export function toObject(value: unknown, name: string): Record<string, unknown> {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') {
    throw reject(name, 'an object');
  }
  return value as Record<string, unknown>;
}

function reject(name: string, wanted: string): Error {
  return misuse(constants.errno.EINVAL, `${name} must be ${wanted}`);
}

function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}
