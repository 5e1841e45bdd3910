import { SysprobeError } from '../../lib/errors.ts';
import { Caller, type Functions, type Signature, type Signatures } from './call.ts';
import { LIBBPF, LIBC, LIBUV } from './declarations.ts';
import type { Allocator, Memory } from './memory.ts';
import { type Modules, requireModules } from './modules.ts';

const RTLD_NOW = 2;
/** A handle of dlsym(): what the process has already. */
const RTLD_DEFAULT = 0;
/** How far a view of foreign memory reaches, less what a function may take. */
const REACH = 2 ** 30 - 2 ** 16;

/** Everything of C that the binding calls. */
export interface Libraries {
  bpf: Functions<typeof LIBBPF>;
  c: Functions<typeof LIBC>;
  uv: Functions<typeof LIBUV>;
  memory: Allocator;
  /** bpf_map_update_elem() on a thread of libuv's pool. */
  updateInPool: (...args: Parameters<Functions<typeof LIBBPF>['bpf_map_update_elem']>) => Promise<number>;
  /** A function of JavaScript as one of C, for as long as it is referred to. */
  callback: Caller['callback'];
  addressOf(code: Buffer): number;
  /** The address of a variable of the C library. */
  variable(name: string): number;
  /** Of the last call that says that it failed. */
  errno(): number;
  /** A copy of foreign memory. */
  copyAt(address: number, size: number): Memory;
  /** The C string at an address. */
  textAt(address: number): string;
}

/** Throws SP_BINDING_UNUSABLE, which names what is missing. */
export function loadLibraries(): Libraries {
  const modules = requireModules();
  const caller = new Caller(modules);
  const symbols = new Symbols(modules, caller);
  const libbpf = symbols.open('libbpf.so.1');
  const bpf = symbols.bind<typeof LIBBPF>(LIBBPF, libbpf);
  const c = symbols.bind<typeof LIBC>(LIBC);
  const update = symbols.code('bpf_map_update_elem', libbpf);
  const { memory } = caller;
  const copyAt = (address: number, size: number) => {
    const copy = memory.allocate(size);
    c['read:memcpy'](copy, address, size);
    return copy;
  };
  const errnoAt = memory.foreign(c.__errno_location(), 4);
  return {
    bpf,
    c,
    uv: symbols.bind<typeof LIBUV>(LIBUV),
    memory,
    updateInPool: caller.bindAsync(update, LIBBPF.bpf_map_update_elem) as Libraries['updateInPool'],
    callback: caller.callback.bind(caller),
    addressOf: (code) => modules.ref.address(code),
    variable: (name) => symbols.address(name),
    errno: () => errnoAt.readInt32LE(0),
    copyAt,
    textAt(address) {
      const size = c.strlen(address);
      return copyAt(address, size).bytes.toString('utf8', 0, size);
    },
  };
}

type Dlopen = (path: string, flags: number) => number;
type Dlsym = (library: number, name: string) => number;

class Symbols {
  readonly #caller: Caller;
  readonly #dlopen: Dlopen;
  readonly #dlsym: Dlsym;
  /** Views of the libraries' code, and where each begins. */
  readonly #views: { from: number; bytes: Buffer }[] = [];

  constructor({ bindings }: Modules, caller: Caller) {
    const { dlopen, dlsym } = bindings.StaticFunctions;
    this.#caller = caller;
    this.#dlopen = caller.bind(dlopen, ['address', 'text', 'int']) as Dlopen;
    this.#dlsym = caller.bind(dlsym, ['address', 'address', 'text']) as Dlsym;
  }

  open(name: string): number {
    const library = this.#dlopen(name, RTLD_NOW);
    if (library !== 0) return library;
    throw new SysprobeError(
      'SP_BINDING_UNUSABLE',
      `--binding ffi needs the system's ${name}, which cannot be loaded; on Debian and Ubuntu run: ` +
        'apt-get install libbpf1; or take --binding addon',
    );
  }

  address(name: string, library = RTLD_DEFAULT): number {
    const address = this.#dlsym(library, name);
    if (address !== 0) return address;
    throw new SysprobeError(
      'SP_BINDING_UNUSABLE',
      `--binding ffi needs the function ${name}, which neither libbpf.so.1 nor this Node.js has; ` +
        'install libbpf 1.0 or later; or take --binding addon',
    );
  }

  code(name: string, library?: number): Buffer {
    return this.#codeAt(this.address(name, library));
  }

  bind<Table extends Signatures>(table: Table, library?: number): Functions<Table> {
    const entries = Object.entries<Signature>(table)
      .map(([key, signature]) => ({ key, signature, address: this.address(symbolOf(key), library) }))
      .sort((a, b) => a.address - b.address);
    return Object.fromEntries(
      entries.map(({ key, signature, address }) => [
        key,
        this.#caller.bind(this.#codeAt(address), signature),
      ]),
    ) as Functions<Table>;
  }

  /** One view serves all that lies behind its beginning: the lowest address of a library must come first. */
  #codeAt(address: number): Buffer {
    let view = this.#views.find(({ from }) => from <= address && address - from < REACH);
    if (view === undefined) {
      view = { from: address, bytes: this.#caller.memory.foreign(address, 8) };
      this.#views.push(view);
    }
    return Buffer.from(view.bytes.buffer, view.bytes.byteOffset + address - view.from, 8);
  }
}

function symbolOf(key: string): string {
  return key.slice(key.indexOf(':') + 1);
}
