import { closeSync, constants as files, openSync } from 'node:fs';
import { constants } from 'node:os';
import type { MapInfo, ProgramInfo } from '../native.ts';
import { misuse, refusal } from './failure.ts';
import { knob, setKnob } from './knobs.ts';
import type { Libraries } from './libraries.ts';
import { type BpfMap, quoted } from './map-io.ts';
import { MappedMemory } from './mapped-memory.ts';
import { getU64, type Memory, roundUp, setPointer, setU64 } from './memory.ts';
import { withoutSignals } from './signals.ts';
import { OpenOptions, ProgInfo, TestRunOptions } from './structs.ts';

const { EBUSY, EEXIST, EINVAL, ENOENT } = constants.errno;

const BPF_STATS_RUN_TIME = 0;
/** The most that a raw tracepoint's context has (MAX_BPF_FUNC_ARGS of the kernel). */
const MAX_ARGUMENTS = 12;

/** A program of an object that is loaded. */
export interface BpfProgram {
  /** struct bpf_program. */
  address: number;
  name: string;
  fd: number;
}

/** One BPF object and what hangs on it: maps, programs, links. Everything is released by close(). */
export class KernelObject {
  readonly #libraries: Libraries;
  readonly #address: number;
  #stage: 'open' | 'loaded' | 'failed' = 'open';
  /** By the addresses of the programs that they hold. */
  readonly #links = new Map<number, number>();
  readonly #memory = new Map<number, MappedMemory>();
  /** What was asked for by name, which does not change once it is in the kernel. */
  readonly #loadedMaps = new Map<string, BpfMap>();
  readonly #loadedPrograms = new Map<string, BpfProgram>();
  /** Of test runs, one after another. */
  readonly #context: Memory;
  readonly #runOptions: Memory;
  #stats: number | undefined;

  constructor(libraries: Libraries, image: Uint8Array, name: string) {
    const { bpf, memory } = libraries;
    const options = memory.allocate(OpenOptions.size);
    setU64(options.view, OpenOptions.sz, OpenOptions.size);
    setPointer(options, OpenOptions.object_name, memory.text(name));
    this.#libraries = libraries;
    this.#context = memory.allocate(MAX_ARGUMENTS * 8);
    this.#runOptions = memory.allocate(TestRunOptions.size);
    this.#address = bpf.bpf_object__open_mem(memory.copyOf(image), image.length, options);
    if (this.#address === 0) {
      throw refusal(libraries.errno(), `object '${name}' (${image.length} bytes)`);
    }
  }

  knob(name: string): bigint {
    return knob(this.#libraries, this.#address, name);
  }

  setKnob(name: string, value: bigint): void {
    this.#requireOpen();
    setKnob(this.#libraries, this.#address, { name, value });
  }

  setMaxEntries(map: string, entries: number): void {
    this.#requireOpen();
    const error = this.#libraries.bpf.bpf_map__set_max_entries(this.#findMap(map), entries);
    if (error !== 0) throw refusal(-error, `map '${map}'`);
  }

  setAutoload(program: string, load: boolean): void {
    this.#requireOpen();
    const error = this.#libraries.bpf.bpf_program__set_autoload(this.#findProgram(program), load ? 1 : 0);
    if (error !== 0) throw refusal(-error, `program '${program}'`);
  }

  load(): void {
    this.#requireOpen();
    const { bpf, textAt } = this.#libraries;
    // The verifier gives up at a signal, with EAGAIN, and libbpf tries five times: a profiler sends more.
    const error = withoutSignals(this.#libraries, () => bpf.bpf_object__load(this.#address));
    this.#stage = error === 0 ? 'loaded' : 'failed';
    if (error !== 0) throw refusal(-error, `object '${textAt(bpf.bpf_object__name(this.#address))}'`);
  }

  attach(name: string): void {
    const program = this.#unattached(name);
    const { bpf, textAt } = this.#libraries;
    const link = bpf.bpf_program__attach(program.address);
    this.#keep(program, link, () => textAt(bpf.bpf_program__section_name(program.address)));
  }

  /** A cgroup program, to the cgroup of this directory. */
  attachToCgroup(name: string, directory: string): void {
    const program = this.#unattached(name);
    const cgroup = openDirectory(directory);
    try {
      const link = this.#libraries.bpf.bpf_program__attach_cgroup(program.address, cgroup);
      this.#keep(program, link, () => `cgroup '${directory}'`);
    } finally {
      closeSync(cgroup);
    }
  }

  enableRunStats(): void {
    if (this.#stats !== undefined) return;
    const fd = this.#libraries.bpf.bpf_enable_stats(BPF_STATS_RUN_TIME);
    if (fd < 0) throw refusal(-fd, 'BPF_STATS_RUN_TIME');
    this.#stats = fd;
  }

  /** A map by name; fails when there is none, or when it is not in the kernel. */
  loadedMap(name: string): BpfMap {
    const known = this.#loadedMaps.get(name);
    if (known !== undefined) return known;
    const address = this.#findMap(name);
    this.#requireLoaded();
    const { bpf, memory } = this.#libraries;
    const fd = bpf.bpf_map__fd(address);
    if (fd < 0) throw misuse(EINVAL, `map '${name}' was not created`);
    const info = this.#mapInfo(address);
    const [key, value] = [memory.allocate(info.keySize), memory.allocate(info.valueSize)];
    const map = { ...info, address, fd, flags: bpf.bpf_map__map_flags(address), key, value };
    this.#loadedMaps.set(name, map);
    return map;
  }

  /** A program by name; fails when there is none, or when it is not in the kernel. */
  loadedProgram(name: string): BpfProgram {
    const known = this.#loadedPrograms.get(name);
    if (known !== undefined) return known;
    const address = this.#findProgram(name);
    this.#requireLoaded();
    const fd = this.#libraries.bpf.bpf_program__fd(address);
    if (fd < 0) throw misuse(EINVAL, `program '${name}' was not loaded: setAutoload() turned it off`);
    const program = { address, name, fd };
    this.#loadedPrograms.set(name, program);
    return program;
  }

  /** The memory of a BPF_F_MMAPABLE array, mapped once and kept as long as the object. */
  memoryOf(map: BpfMap): Buffer {
    const known = this.#memory.get(map.address);
    if (known !== undefined) return known.bytes;
    const size = map.maxEntries * roundUp(map.valueSize, 8);
    const mapped = new MappedMemory(this.#libraries, { fd: map.fd, size, writable: true }, quoted(map));
    this.#memory.set(map.address, mapped);
    return mapped.bytes;
  }

  maps(): MapInfo[] {
    const { bpf } = this.#libraries;
    return this.#all(bpf.bpf_object__next_map).map((address) => this.#mapInfo(address));
  }

  programs(): ProgramInfo[] {
    const { bpf, textAt } = this.#libraries;
    return this.#all(bpf.bpf_object__next_program).map((address) => ({
      name: textAt(bpf.bpf_program__name(address)),
      section: textAt(bpf.bpf_program__section_name(address)),
      loaded: bpf.bpf_program__fd(address) >= 0,
      attached: this.#links.has(address),
      ...this.#statistics(address),
    }));
  }

  /** Runs a program by BPF_PROG_TEST_RUN; returns what it returned. */
  testRun(program: BpfProgram, args: readonly bigint[] = []): number {
    if (args.length > MAX_ARGUMENTS) {
      throw misuse(EINVAL, `a program takes at most ${MAX_ARGUMENTS} arguments`);
    }
    this.#context.bytes.fill(0);
    const { view } = this.#context;
    for (const [index, value] of args.entries()) {
      view.setBigUint64(index * 8, BigInt.asUintN(64, value), true);
    }
    const options = this.#runOptions;
    options.bytes.fill(0);
    setU64(options.view, TestRunOptions.sz, TestRunOptions.size);
    setU64(options.view, TestRunOptions.ctx_in, this.#context.address);
    options.view.setUint32(TestRunOptions.ctx_size_in, this.#context.bytes.length, true);
    const error = this.#libraries.bpf.bpf_prog_test_run_opts(program.fd, options);
    if (error !== 0) throw refusal(-error, `program '${program.name}'`);
    return options.view.getUint32(TestRunOptions.retval, true);
  }

  /** Links before the programs that they hold. */
  close(): void {
    const { bpf } = this.#libraries;
    if (this.#stats !== undefined) closeSync(this.#stats);
    for (const link of this.#links.values()) bpf.bpf_link__destroy(link);
    for (const mapped of this.#memory.values()) mapped.unmap();
    bpf.bpf_object__close(this.#address);
  }

  #mapInfo(address: number): MapInfo {
    const { bpf, textAt } = this.#libraries;
    return {
      name: textAt(bpf.bpf_map__name(address)),
      type: bpf.bpf_map__type(address),
      keySize: bpf.bpf_map__key_size(address),
      valueSize: bpf.bpf_map__value_size(address),
      maxEntries: bpf.bpf_map__max_entries(address),
    };
  }

  #statistics(address: number) {
    const { bpf, memory, textAt } = this.#libraries;
    const info = memory.allocate(ProgInfo.size);
    const size = memory.allocate(4);
    size.view.setUint32(0, ProgInfo.size, true);
    const fd = bpf.bpf_program__fd(address);
    const error = fd < 0 ? 0 : bpf.bpf_obj_get_info_by_fd(fd, info, size);
    if (error !== 0) throw refusal(-error, `program '${textAt(bpf.bpf_program__name(address))}'`);
    return {
      runCount: getU64(info.view, ProgInfo.run_cnt),
      runTimeNs: getU64(info.view, ProgInfo.run_time_ns),
      skipCount: getU64(info.view, ProgInfo.recursion_misses),
      verifiedInstructions: info.view.getUint32(ProgInfo.verified_insns, true),
    };
  }

  #unattached(name: string): BpfProgram {
    const program = this.loadedProgram(name);
    if (this.#links.has(program.address)) throw misuse(EEXIST, `program '${name}' is attached already`);
    return program;
  }

  #keep({ name, address }: BpfProgram, link: number, where: () => string): void {
    if (link === 0) {
      const errno = this.#libraries.errno();
      throw refusal(errno, `program '${name}' (${where()})`);
    }
    this.#links.set(address, link);
  }

  #requireOpen(): void {
    if (this.#stage !== 'open') throw misuse(EBUSY, 'this must come before load()');
  }

  #requireLoaded(): void {
    if (this.#stage === 'open') throw misuse(EINVAL, 'this must come after load()');
    if (this.#stage === 'failed') throw misuse(EINVAL, 'load() failed; the object can only be closed');
  }

  #findMap(name: string): number {
    const address = this.#libraries.bpf.bpf_object__find_map_by_name(this.#address, name);
    if (address === 0) throw misuse(ENOENT, `the object has no map '${name}'`);
    return address;
  }

  #findProgram(name: string): number {
    const address = this.#libraries.bpf.bpf_object__find_program_by_name(this.#address, name);
    if (address === 0) throw misuse(ENOENT, `the object has no program '${name}'`);
    return address;
  }

  #all(next: (object: number, last: number) => number): number[] {
    const addresses: number[] = [];
    for (let at = next(this.#address, 0); at !== 0; at = next(this.#address, at)) addresses.push(at);
    return addresses;
  }
}

function openDirectory(path: string): number {
  try {
    return openSync(path, files.O_RDONLY | files.O_DIRECTORY);
  } catch (error) {
    throw refusal(-((error as NodeJS.ErrnoException).errno ?? 0), `cgroup '${path}'`);
  }
}
