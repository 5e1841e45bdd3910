import { constants } from 'node:os';
import { misuse, refusal } from './failure.ts';
import type { Libraries } from './libraries.ts';
import type { Memory } from './memory.ts';

const { EINVAL, ENOBUFS, ENOENT } = constants.errno;

const ARRAY_PER_CPU = 6;
/** Hashes and arrays, LRU hashes and cgroup storage. */
const PER_CPU = [5, ARRAY_PER_CPU, 10, 21];

/** A map of an object that is loaded. */
export interface BpfMap {
  /** struct bpf_map. */
  address: number;
  name: string;
  fd: number;
  type: number;
  keySize: number;
  valueSize: number;
  maxEntries: number;
  flags: number;
  /** Where one of each passes through. */
  key: Memory;
  value: Memory;
}

/** Where a walk over a map stands; the token is the kernel's own, absent at the beginning. */
export interface Walk {
  token?: Memory;
  finished: boolean;
}

export interface Columns {
  keys: Memory;
  values: Memory;
  /** How many fit. */
  room: number;
}

/** What becomes of the entries that are read. */
export type Read = 'keep' | 'take';

export const quoted = ({ name }: { name: string }) => `map '${name}'`;

/** Bytes of a walk's token for this map. */
export function tokenSize({ keySize }: BpfMap): number {
  return Math.max(keySize, 4);
}

/** Reads and writes maps. */
export class MapIo {
  readonly #libraries: Libraries;

  constructor(libraries: Libraries) {
    this.#libraries = libraries;
  }

  columns({ keySize, valueSize }: BpfMap, room: number): Columns {
    const { memory } = this.#libraries;
    return { keys: memory.allocate(room * keySize), values: memory.allocate(room * valueSize), room };
  }

  /**
   * One BPF_MAP_LOOKUP_BATCH, or BPF_MAP_LOOKUP_AND_DELETE_BATCH; returns how many. ENOSPC when the next bucket alone
   * is larger than the room.
   */
  readColumns(map: BpfMap, walk: Walk, { keys, values, room }: Columns, read: Read = 'keep'): number {
    requireOneValue(map);
    const { bpf, memory } = this.#libraries;
    const next = memory.allocate(tokenSize(map));
    const count = memory.allocate(4);
    count.view.setUint32(0, room, true);
    const batch = read === 'take' ? bpf.bpf_map_lookup_and_delete_batch : bpf.bpf_map_lookup_batch;
    const error = batch(map.fd, walk.token ?? null, next, keys, values, count, null);
    if (error !== 0 && error !== -ENOENT) throw refusal(-error, quoted(map));
    walk.finished = error === -ENOENT;
    walk.token = next;
    return count.view.getUint32(0, true);
  }

  /** The same as (key, value) pairs without padding, as many as fit `pairs`. */
  readPairs(map: BpfMap, walk: Walk, pairs: Uint8Array, read: Read): number {
    requireOneValue(map);
    const { keySize, valueSize } = map;
    const pairSize = keySize + valueSize;
    const room = Math.min(Math.floor(pairs.length / pairSize), map.maxEntries);
    if (room === 0) {
      const sizes = `pairs of ${pairSize} bytes; the buffer has ${pairs.length}`;
      throw misuse(ENOBUFS, `${quoted(map)} has ${sizes}`);
    }
    const columns = this.columns(map, room);
    const count = this.readColumns(map, walk, columns, read);
    const { keys, values } = columns;
    for (let i = 0; i < count; i++) {
      pairs.set(keys.bytes.subarray(i * keySize, (i + 1) * keySize), i * pairSize);
      pairs.set(values.bytes.subarray(i * valueSize, (i + 1) * valueSize), i * pairSize + keySize);
    }
    return count;
  }

  lookup(map: BpfMap, key: Uint8Array): Uint8Array | undefined {
    requireOneValue(map);
    requireSize(map, 'key', key.length, map.keySize);
    map.key.bytes.set(key);
    const { bpf } = this.#libraries;
    const error = bpf.bpf_map__lookup_elem(map.address, map.key, key.length, map.value, map.valueSize, 0);
    if (error === -ENOENT) return undefined;
    if (error !== 0) throw refusal(-error, quoted(map));
    return Uint8Array.from(map.value.bytes.subarray(0, map.valueSize));
  }

  update(map: BpfMap, key: Uint8Array, value: Uint8Array): void {
    requireOneValue(map);
    requireSize(map, 'key', key.length, map.keySize);
    requireSize(map, 'value', value.length, map.valueSize);
    map.key.bytes.set(key);
    map.value.bytes.set(value);
    const { bpf } = this.#libraries;
    const error = bpf.bpf_map__update_elem(map.address, map.key, key.length, map.value, value.length, 0);
    if (error !== 0) throw refusal(-error, quoted(map));
  }

  /** False when the key was not there. */
  erase(map: BpfMap, key: Uint8Array): boolean {
    requireKeys(map);
    requireSize(map, 'key', key.length, map.keySize);
    map.key.bytes.set(key);
    const error = this.#libraries.bpf.bpf_map__delete_elem(map.address, map.key, key.length, 0);
    if (error !== 0 && error !== -ENOENT) throw refusal(-error, quoted(map));
    return error === 0;
  }

  /** Each u64 of a per-CPU array, summed over the CPUs. */
  counters(map: BpfMap): number[] {
    if (map.type !== ARRAY_PER_CPU || map.valueSize !== 8) {
      throw misuse(EINVAL, `${quoted(map)} is not a per-CPU array of u64`);
    }
    const { bpf, memory } = this.#libraries;
    const cpus = bpf.libbpf_num_possible_cpus();
    if (cpus < 0) throw refusal(-cpus, 'the number of CPUs');
    const key = memory.allocate(4);
    const perCpu = memory.allocate(cpus * 8);
    return Array.from({ length: map.maxEntries }, (_, index) => {
      key.view.setUint32(0, index, true);
      const error = bpf.bpf_map_lookup_elem(map.fd, key, perCpu);
      if (error !== 0) throw refusal(-error, quoted(map));
      let sum = 0n;
      for (let cpu = 0; cpu < cpus; cpu++) sum += perCpu.view.getBigUint64(cpu * 8, true);
      return Number(sum);
    });
  }
}

function requireKeys(map: BpfMap): void {
  if (map.keySize === 0) throw misuse(EINVAL, `${quoted(map)} has no keys`);
}

/** The kernel writes one value a CPU of a per-CPU map, far past a buffer that was made for one. */
function requireOneValue(map: BpfMap): void {
  requireKeys(map);
  if (!PER_CPU.includes(map.type)) return;
  throw misuse(EINVAL, `${quoted(map)} has a value for each CPU: read it with counters()`);
}

function requireSize(map: BpfMap, part: string, given: number, wanted: number): void {
  if (given === wanted) return;
  throw misuse(EINVAL, `${quoted(map)} has a ${part} of ${wanted} bytes, not ${given}`);
}
