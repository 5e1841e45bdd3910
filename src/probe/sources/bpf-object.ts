import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SysprobeError } from '../../lib/errors.ts';
import { packageRoot } from '../../lib/package-root.ts';
import { layoutHash, layoutSizes } from '../events.gen.ts';
import type { BpfObject, Native, NativeError } from '../native.ts';
import { objectHashes } from '../objects.gen.ts';
import { chooseTwins } from './twins.ts';

/**
 * Opens bpf/NAME.bpf.o, sets it up and loads it. Throws SP_ADDON_MISMATCH, SP_BPF_OBJECT_INVALID when the file is not
 * the one of this version, SP_BPF_REFUSED with the kernel's reason.
 */
export function loadObject(
  native: Native,
  name: keyof typeof objectHashes,
  setUp: (object: BpfObject) => void,
): BpfObject {
  assertSameLayout(native);
  const object = new native.BpfObject(readObject(name), name);
  try {
    if (object.knob('layout_hash') !== layoutHash) throw invalid(name, 'its records have another layout');
    chooseTwins(object);
    setUp(object);
    object.load();
    return object;
  } catch (error) {
    object.close();
    throw error instanceof SysprobeError ? error : refused(name, error as NativeError);
  }
}

export function refused(name: string, cause: NativeError): SysprobeError {
  return new SysprobeError('SP_BPF_REFUSED', `the kernel refused bpf/${name}.bpf.o: ${cause.message}`, {
    errno: cause.errno,
    operation: cause.operation,
    cause,
  });
}

function assertSameLayout(native: Native): void {
  const { sizes, hash } = native.layouts();
  const differing = Object.keys(layoutSizes).find((record) => sizes[record] !== layoutSizes[record]);
  if (differing === undefined && hash === layoutHash) return;
  throw new SysprobeError(
    'SP_ADDON_MISMATCH',
    `the addon was built from another bpf/events.h (${differing ?? 'layout hash'} differs); run: npm run build`,
  );
}

function readObject(name: keyof typeof objectHashes): Buffer {
  const path = join(packageRoot, 'bpf', `${name}.bpf.o`);
  let image: Buffer;
  try {
    image = readFileSync(path);
  } catch (cause) {
    throw invalid(name, 'it cannot be read', cause);
  }
  if (createHash('sha256').update(image).digest('hex') === objectHashes[name]) return image;
  throw invalid(name, 'it is damaged or of another version');
}

function invalid(name: string, what: string, cause?: unknown): SysprobeError {
  const path = join(packageRoot, 'bpf', `${name}.bpf.o`);
  return new SysprobeError('SP_BPF_OBJECT_INVALID', `${path} cannot be used: ${what}; reinstall sysprobe`, {
    cause,
  });
}
