import { constants } from 'node:os';
import type { BpfObject as BpfObjectInterface, MapInfo, ProgramInfo } from '../native.ts';
import { toBool, toBytes, toFunction, toInteger, toObject, toText, toUint32 } from './args.ts';
import { type Context, guarded, guardedWithLog, misuse } from './failure.ts';
import { MapIo, type Read, tokenSize, type Walk } from './map-io.ts';
import { KernelObject } from './object.ts';
import { RingReader, type Watches } from './ring-reader.ts';
import { selectMap } from './select-map.ts';
import { Snapshot, SocketReader } from './snapshot.ts';

const { EBADF, EEXIST, EINVAL, ENOENT } = constants.errno;

export interface Binding extends Context {
  watches: Watches;
}

/** What an object holds, which must not refer to the object itself: it is released when that is collected. */
class Held {
  object: KernelObject | undefined;
  readonly rings = new Map<string, RingReader>();

  constructor(object: KernelObject) {
    this.object = object;
  }

  /** The readers first: they use the object's maps. */
  release(): void {
    for (const ring of this.rings.values()) ring.close();
    this.rings.clear();
    this.object?.close();
    this.object = undefined;
  }
}

const abandoned = new FinalizationRegistry<Held>((held) => held.release());

/** Takes arguments apart, and passes on. */
export class BpfObject implements BpfObjectInterface {
  readonly #binding: Binding;
  readonly #held: Held;
  readonly #io: MapIo;

  constructor(binding: Binding, image: unknown, name: unknown) {
    this.#binding = binding;
    this.#io = new MapIo(binding.libraries);
    this.#held = guardedWithLog(binding, 'open', () => {
      const text = toText(name, 'name');
      return new Held(new KernelObject(binding.libraries, toBytes(image, 'image'), text));
    });
    abandoned.register(this, this.#held, this.#held);
  }

  knob(name: string): bigint {
    return this.#call('knob', () => {
      const text = toText(name, 'name');
      return this.#object().knob(text);
    });
  }

  setKnob(name: string, value: number | bigint): void {
    this.#call('setKnob', () => {
      const text = toText(name, 'name');
      this.#object().setKnob(text, toInteger(value, 'value'));
    });
  }

  setMaxEntries(map: string, entries: number): void {
    this.#callWithLog('setMaxEntries', () => {
      const name = toText(map, 'map');
      this.#object().setMaxEntries(name, toUint32(entries, 'entries', { least: 1 }));
    });
  }

  setAutoload(program: string, load: boolean): void {
    this.#callWithLog('setAutoload', () => {
      const name = toText(program, 'program');
      this.#object().setAutoload(name, toBool(load, 'load'));
    });
  }

  load(): void {
    this.#callWithLog('load', () => this.#object().load());
  }

  attach(program: string, options?: { cgroup?: string }): void {
    this.#callWithLog('attach', () => {
      const name = toText(program, 'program');
      const cgroup = options === undefined ? undefined : toObject(options, 'options').cgroup;
      if (cgroup === undefined) this.#object().attach(name);
      else this.#object().attachToCgroup(name, toText(cgroup, 'options.cgroup'));
    });
  }

  openRing(map: string, onBacklog: () => void): void {
    this.#call('openRing', () => {
      const name = toText(map, 'map');
      const callback = toFunction(onBacklog, 'onBacklog');
      const loaded = this.#object().loadedMap(name);
      const { rings } = this.#held;
      if (rings.has(name)) throw misuse(EEXIST, `ring buffer '${name}' is open already`);
      rings.set(name, new RingReader(this.#binding.watches, loaded, callback));
    });
  }

  drain(map: string, buffer: Uint8Array): number {
    return this.#call('drain', () => {
      const name = toText(map, 'map');
      const out = toBytes(buffer, 'buffer');
      return this.#ring(name).drain(out);
    });
  }

  backlog(map: string): number {
    return this.#call('backlog', () => this.#ring(toText(map, 'map')).backlog());
  }

  lookupBatch(map: string, buffer: Uint8Array, token?: Uint8Array) {
    return this.#call('lookupBatch', () => this.#readBatch(map, { buffer, token, read: 'keep' }));
  }

  takeBatch(map: string, buffer: Uint8Array, token?: Uint8Array) {
    return this.#call('takeBatch', () => this.#readBatch(map, { buffer, token, read: 'take' }));
  }

  select(outer: string, inner: string): Promise<void> {
    return this.#call('select', () => {
      const names = [toText(outer, 'outer'), toText(inner, 'inner')] as const;
      const [from, to] = [this.#object().loadedMap(names[0]), this.#object().loadedMap(names[1])];
      return selectMap(this.#binding.libraries, from, to);
    });
  }

  lookup(map: string, key: Uint8Array): Uint8Array | undefined {
    return this.#call('lookup', () => {
      const name = toText(map, 'map');
      const bytes = toBytes(key, 'key');
      return this.#io.lookup(this.#object().loadedMap(name), bytes);
    });
  }

  update(map: string, key: Uint8Array, value: Uint8Array): void {
    this.#call('update', () => {
      const name = toText(map, 'map');
      const [keyBytes, valueBytes] = [toBytes(key, 'key'), toBytes(value, 'value')];
      this.#io.update(this.#object().loadedMap(name), keyBytes, valueBytes);
    });
  }

  delete(map: string, key: Uint8Array): boolean {
    return this.#call('delete', () => {
      const name = toText(map, 'map');
      const bytes = toBytes(key, 'key');
      return this.#io.erase(this.#object().loadedMap(name), bytes);
    });
  }

  counters(map: string): number[] {
    return this.#call('counters', () => {
      const name = toText(map, 'map');
      return this.#io.counters(this.#object().loadedMap(name));
    });
  }

  snapshot(options: Parameters<BpfObjectInterface['snapshot']>[0]): Snapshot {
    return this.#call('snapshot', () => {
      const from = toObject(options, 'options');
      const wanted = {
        keys: toText(from.keys, 'options.keys'),
        slots: toText(from.slots, 'options.slots'),
        program: toText(from.program, 'options.program'),
        slotSize: toUint32(from.slotSize, 'options.slotSize', { least: 8 }),
        sockets: from.sockets === undefined ? undefined : toBytes(from.sockets, 'options.sockets'),
      };
      if (wanted.sockets !== undefined && wanted.sockets.length % 8 !== 0) {
        throw misuse(EINVAL, 'options.sockets must be of whole addresses, 8 bytes each');
      }
      const reader = new SocketReader({ object: this.#object(), io: this.#io }, wanted);
      const held = this.#held;
      return new Snapshot(this.#binding, reader, () => held.object === undefined);
    });
  }

  testRun(program: string, args?: (number | bigint)[]): number {
    return this.#call('testRun', () => {
      const name = toText(program, 'program');
      if (args !== undefined && !Array.isArray(args)) throw misuse(EINVAL, 'args must be an array');
      const values = args?.map((value) => toInteger(value, 'args[]'));
      return this.#object().testRun(this.#object().loadedProgram(name), values);
    });
  }

  enableRunStats(): void {
    this.#call('enableRunStats', () => this.#object().enableRunStats());
  }

  programs(): ProgramInfo[] {
    return this.#call('programs', () => this.#object().programs());
  }

  maps(): MapInfo[] {
    return this.#call('maps', () => this.#object().maps());
  }

  close(): void {
    abandoned.unregister(this.#held);
    this.#held.release();
  }

  #readBatch(
    map: string,
    { buffer, token, read }: { buffer: Uint8Array; token: Uint8Array | undefined; read: Read },
  ): { count: number; token: Uint8Array | undefined } {
    const name = toText(map, 'map');
    const pairs = toBytes(buffer, 'buffer');
    const loaded = this.#object().loadedMap(name);
    const walk: Walk = { finished: false };
    if (token !== undefined) {
      const bytes = toBytes(token, 'token');
      if (bytes.length !== tokenSize(loaded)) {
        throw misuse(EINVAL, 'token is not one that was returned for this map');
      }
      walk.token = this.#binding.libraries.memory.copyOf(bytes);
    }
    const count = this.#io.readPairs(loaded, walk, pairs, read);
    return { count, token: walk.finished ? undefined : Uint8Array.from(walk.token?.bytes ?? []) };
  }

  #object(): KernelObject {
    if (this.#held.object === undefined) throw misuse(EBADF, 'the BPF object is closed');
    return this.#held.object;
  }

  #ring(map: string): RingReader {
    this.#object();
    const ring = this.#held.rings.get(map);
    if (ring === undefined) {
      throw misuse(ENOENT, `ring buffer '${map}' is not open: call openRing() first`);
    }
    return ring;
  }

  #call<T>(operation: string, body: () => T): T {
    return guarded(this.#binding, operation, body);
  }

  #callWithLog<T>(operation: string, body: () => T): T {
    return guardedWithLog(this.#binding, operation, body);
  }
}
