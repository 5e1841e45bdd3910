import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { SysprobeError } from '../../lib/errors.ts';

/** What is used of ref-napi. Its Buffers of foreign memory are for few and lasting ones: see memory.ts. */
interface Ref {
  address(buffer: Buffer): number;
  readPointer(buffer: Buffer, offset: number, length: number): Buffer;
}

/**
 * What is used of ffi-napi: below its ForeignFunction, which allocates Buffers with finalizers for every argument of
 * every call, 10 µs instead of 0.5.
 */
interface Ffi {
  CIF(result: string, args: readonly string[]): Buffer;
}
interface Bindings {
  ffi_call(cif: Buffer, code: Buffer, result: Buffer, args: Buffer): void;
  ffi_call_async(cif: Buffer, code: Buffer, result: Buffer, args: Buffer, done: () => void): void;
  Callback(
    cif: Buffer,
    resultSize: number,
    argCount: number,
    onError: (error: unknown) => void,
    body: (result: Buffer, args: Buffer) => void,
  ): Buffer;
  StaticFunctions: Record<'dlopen' | 'dlsym', Buffer>;
}

export interface Modules {
  ref: Ref;
  ffi: Ffi;
  bindings: Bindings;
}

/** The two optional packages, which only this binding needs: nothing is loaded of them before it is asked for. */
export function requireModules(): Modules {
  if (!isMainThread) {
    throw new SysprobeError(
      'SP_BINDING_UNUSABLE',
      'the binding ffi works in the main thread alone; in a worker take the addon',
    );
  }
  const find = createRequire(import.meta.url);
  try {
    const [ref, ffi, bindings] = ['ref-napi', 'ffi-napi', 'ffi-napi/lib/bindings'].map((name) => find(name));
    return { ref, ffi, bindings };
  } catch (cause) {
    const [reason] = (cause as Error).message.split('\n');
    throw new SysprobeError(
      'SP_BINDING_UNUSABLE',
      `--binding ffi needs the npm packages ffi-napi and ref-napi (${reason}); ` +
        'install them beside sysprobe: npm install --ignore-scripts ffi-napi@4 ref-napi@3; or take --binding addon',
      { cause },
    );
  }
}
