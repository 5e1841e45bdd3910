import { constants } from 'node:os';
import { misuse } from './failure.ts';
import type { Libraries } from './libraries.ts';
import { getU64, type Memory } from './memory.ts';

const { EINVAL, ENOENT, ERANGE } = constants.errno;

const KIND_INT = 1;
const KIND_ENUM = 6;
const KIND_DATASEC = 15;
const KIND_ENUM64 = 19;
const INT_SIGNED = 1;
const INT_BOOL = 4;
/** struct btf_type; what belongs to it follows. */
const TYPE_SIZE = 12;
/** struct btf_var_secinfo. */
const ENTRY_SIZE = 12;

interface Type {
  kind: number;
  isFlagged: boolean;
  size: number;
  encoding: number;
}

interface Variable {
  offset: number;
  size: number;
  type: Type | undefined;
}

/** A knob's place in the image that libbpf keeps of .rodata, and what its type holds. */
interface Knob {
  address: number;
  size: number;
  least: bigint;
  most: bigint;
}

export function knob(libraries: Libraries, object: number, name: string): bigint {
  const { address, size, least } = findKnob(libraries, object, name);
  const value = libraries.memory.allocate(8);
  value.bytes.set(libraries.copyAt(address, size).bytes);
  const bits = value.view.getBigUint64(0, true);
  return least < 0n ? BigInt.asIntN(size * 8, bits) : bits;
}

export function setKnob(
  libraries: Libraries,
  object: number,
  { name, value }: { name: string; value: bigint },
): void {
  const { address, size, least, most } = findKnob(libraries, object, name);
  if (value < least || value > most) throw misuse(ERANGE, `knob '${name}' holds ${least} to ${most}`);
  const bytes = libraries.memory.allocate(8);
  bytes.view.setBigUint64(0, BigInt.asUintN(64, value), true);
  libraries.c['write:memcpy'](address, bytes, size);
}

function findKnob(libraries: Libraries, object: number, name: string): Knob {
  const { offset, size, type } = findVariable(libraries, object, name);
  const isInteger = type !== undefined && [KIND_INT, KIND_ENUM, KIND_ENUM64].includes(type.kind);
  if (!isInteger || type.size !== size || ![1, 2, 4, 8].includes(size)) {
    throw misuse(EINVAL, `knob '${name}' is not one integer`);
  }
  const { bpf, memory } = libraries;
  const rodata = bpf.bpf_object__find_map_by_name(object, '.rodata');
  const imageSize = memory.allocate(8);
  const image = rodata === 0 ? 0 : bpf.bpf_map__initial_value(rodata, imageSize);
  if (image === 0 || offset + size > getU64(imageSize.view, 0)) {
    throw misuse(EINVAL, `knob '${name}' lies outside .rodata: the object's BTF is corrupted`);
  }
  return { address: image + offset, size, ...rangeOf(type) };
}

function rangeOf({ kind, isFlagged, size, encoding }: Type): { least: bigint; most: bigint } {
  const bits = BigInt(size * 8);
  if (kind === KIND_INT && encoding & INT_BOOL) return { least: 0n, most: 1n };
  const hasSign = kind === KIND_INT ? (encoding & INT_SIGNED) !== 0 : isFlagged;
  if (!hasSign) return { least: 0n, most: (1n << bits) - 1n };
  return { least: -(1n << (bits - 1n)), most: (1n << (bits - 1n)) - 1n };
}

/** Where an object has no types, their address is 0, which libbpf does not look for. */
function findVariable(libraries: Libraries, object: number, name: string): Variable {
  const { bpf, textAt } = libraries;
  const types = bpf.bpf_object__btf(object);
  const section = types === 0 ? 0 : bpf.btf__find_by_name_kind(types, '.rodata', KIND_DATASEC);
  if (section > 0) {
    const { view } = copyType(libraries, types, section);
    for (let at = TYPE_SIZE; at < view.byteLength; at += ENTRY_SIZE) {
      const variable = bpf.btf__type_by_id(types, view.getUint32(at, true));
      if (variable === 0) continue;
      const { nameOffset, typeId } = head(libraries, variable);
      if (textAt(bpf.btf__name_by_offset(types, nameOffset)) !== name) continue;
      const resolved = bpf.btf__resolve_type(types, typeId);
      return {
        offset: view.getUint32(at + 4, true),
        size: view.getUint32(at + 8, true),
        type: resolved > 0 ? readType(libraries, types, resolved) : undefined,
      };
    }
  }
  throw misuse(ENOENT, `the object has no knob '${name}' (a const volatile global)`);
}

/** A section's type with its entries. */
function copyType(libraries: Libraries, types: number, id: number): Memory {
  const address = libraries.bpf.btf__type_by_id(types, id);
  const count = head(libraries, address).info & 0xffff;
  return libraries.copyAt(address, TYPE_SIZE + count * ENTRY_SIZE);
}

function readType(libraries: Libraries, types: number, id: number): Type {
  const address = libraries.bpf.btf__type_by_id(types, id);
  const { info, typeId: size } = head(libraries, address);
  const kind = (info >>> 24) & 0x1f;
  const following = kind === KIND_INT ? libraries.copyAt(address + TYPE_SIZE, 4).view.getUint32(0, true) : 0;
  return { kind, isFlagged: info >>> 31 === 1, size, encoding: (following >>> 24) & 0xf };
}

/** `typeId` is the size where the kind has one. */
function head({ copyAt }: Libraries, address: number) {
  const { view } = copyAt(address, TYPE_SIZE);
  return {
    nameOffset: view.getUint32(0, true),
    info: view.getUint32(4, true),
    typeId: view.getUint32(8, true),
  };
}
