import { Allocator, getU64, type Memory, setU64 } from './memory.ts';
import type { Modules } from './modules.ts';

/** What C functions take and give. An address of foreign memory is a number, 0 for none. */
interface Passed {
  int: number;
  uint: number;
  long: number;
  size: number;
  address: number;
  memory: Memory | null;
  text: string;
  void: undefined;
}
type CType = keyof Passed;

/** The result's type, then those of the arguments. */
export type Signature = readonly [CType, ...CType[]];
export type Signatures = Record<string, Signature>;

export type Functions<Table extends Signatures> = {
  [Name in keyof Table]: Table[Name] extends readonly [infer Result, ...infer Args]
    ? (...args: { [I in keyof Args]: Passed[Args[I] & CType] }) => Passed[Result & CType]
    : never;
};

/** A function by its signature and the Buffer that begins at its code. */
type Bound = (...args: unknown[]) => unknown;

const FFI_TYPES: Record<CType, string> = {
  int: 'int',
  uint: 'uint32',
  long: 'int64',
  size: 'uint64',
  address: 'uint64',
  memory: 'uint64',
  text: 'uint64',
  void: 'void',
};

/** Views of the stack: the event loop calls from few places. */
const MOST_KEPT = 64;

/** Where a call's arguments lie, each in 8 bytes, and the addresses of these. */
interface Frame {
  cif: Buffer;
  slots: Memory;
  pointers: Memory;
  result: Memory;
  /** Must outlive the call: an address alone keeps nothing alive. */
  passed: unknown[] | undefined;
}

/** Makes C functions out of addresses and signatures. */
export class Caller {
  readonly memory: Allocator;
  readonly #modules: Modules;

  constructor(modules: Modules) {
    this.#modules = modules;
    this.memory = new Allocator(modules);
  }

  /** No function calls itself, so each has one frame for all of its calls. */
  bind(code: Buffer, signature: Signature): Bound {
    const { bindings } = this.#modules;
    const frame = this.#frame(signature);
    const [resultType, ...types] = signature;
    return (...args) => {
      frame.passed = this.#pass(frame, types, args);
      bindings.ffi_call(frame.cif, code, frame.result.bytes, frame.pointers.bytes);
      frame.passed = undefined;
      return read(resultType, frame.result.view);
    };
  }

  /** The same on a thread of libuv's pool; the call keeps the process alive. */
  bindAsync(code: Buffer, signature: Signature): (...args: unknown[]) => Promise<unknown> {
    const [resultType, ...types] = signature;
    return (...args) => {
      const frame = this.#frame(signature);
      frame.passed = this.#pass(frame, types, args);
      return new Promise((resolve) => {
        const done = () => {
          frame.passed = undefined;
          resolve(read(resultType, frame.result.view));
        };
        const { bytes } = frame.result;
        this.#modules.bindings.ffi_call_async(frame.cif, code, bytes, frame.pointers.bytes, done);
      });
    };
  }

  /**
   * The code of a C function without result that runs `body`, and must be kept. It is called with views of the stack;
   * keeping them spares making them again, see Allocator.foreign().
   */
  callback(types: readonly CType[], body: () => void): Buffer {
    const cif = this.#modules.ffi.CIF(
      'void',
      types.map((type) => FFI_TYPES[type]),
    );
    const kept = new Map<number, Buffer>();
    const report = (error: unknown) => {
      throw error;
    };
    const code = this.#modules.bindings.Callback(cif, 0, types.length, report, (...views) => {
      for (const view of views) if (kept.size < MOST_KEPT) kept.set(this.#modules.ref.address(view), view);
      body();
    });
    return Object.assign(code, { cif });
  }

  #frame([resultType, ...types]: Signature): Frame {
    const cif = this.#modules.ffi.CIF(
      FFI_TYPES[resultType],
      types.map((type) => FFI_TYPES[type]),
    );
    const slots = this.memory.allocate(types.length * 8);
    const pointers = this.memory.allocate(types.length * 8);
    for (const index of types.keys()) setU64(pointers.view, index * 8, slots.address + index * 8);
    return { cif, slots, pointers, result: this.memory.allocate(8), passed: undefined };
  }

  /** Gives what must be kept until the call has returned. */
  #pass({ slots: { view } }: Frame, types: readonly CType[], args: unknown[]): unknown[] {
    return types.map((type, index) => {
      const given = type === 'text' ? this.memory.text(args[index] as string) : args[index];
      write(type, view, index * 8, given);
      return given;
    });
  }
}

function write(type: CType, view: DataView, at: number, value: unknown): void {
  if (type === 'int') view.setInt32(at, value as number, true);
  else if (type === 'uint') view.setUint32(at, value as number, true);
  else if (type === 'long') view.setBigInt64(at, BigInt(value as number), true);
  else if (typeof value === 'number') setU64(view, at, value);
  else setU64(view, at, (value as Memory | null)?.address ?? 0);
}

function read(type: CType, view: DataView): unknown {
  switch (type) {
    case 'void':
      return undefined;
    case 'int':
      return view.getInt32(0, true);
    case 'uint':
      return view.getUint32(0, true);
    case 'long':
      return Number(view.getBigInt64(0, true));
    default:
      return getU64(view, 0);
  }
}
