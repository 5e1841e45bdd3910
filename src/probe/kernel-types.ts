/** What the kernel says of its own types. */
export const KERNEL_TYPES = '/sys/kernel/btf/vmlinux';

const MAGIC = 0xeb9f;
const STRUCT = 4;
const TYPE_BYTES = 12;
const MEMBER_BYTES = 12;
/** Bytes behind the head of a type, by kind: those of the whole, and of each of its `vlen` parts. */
const BODIES = new Map<number, [whole: number, part: number]>([
  [1, [4, 0]], // INT
  [3, [12, 0]], // ARRAY
  [STRUCT, [0, MEMBER_BYTES]],
  [5, [0, MEMBER_BYTES]], // UNION
  [6, [0, 8]], // ENUM
  [13, [0, 8]], // FUNC_PROTO
  [14, [4, 0]], // VAR
  [15, [0, 12]], // DATASEC
  [17, [4, 0]], // DECL_TAG
  [19, [0, 12]], // ENUM64
]);

/** Whether types in BTF, of this machine's byte order, have this struct with this member. */
export function hasMember(btf: Buffer, structure: string, member: string): boolean {
  const names = sections(btf, 16);
  const wanted = nameAt(names, structure);
  const part = nameAt(names, member);
  if (wanted === undefined || part === undefined) return false;
  const types = sections(btf, 8);
  for (let at = 0; at + TYPE_BYTES <= types.length; ) {
    const info = types.readUInt32LE(at + 4);
    const kind = (info >>> 24) & 0x1f;
    const count = info & 0xffff;
    const members = at + TYPE_BYTES;
    if (kind === STRUCT && types.readUInt32LE(at) === wanted) {
      return Array.from({ length: count }, (_, i) => types.readUInt32LE(members + i * MEMBER_BYTES)).includes(
        part,
      );
    }
    const [whole, each] = BODIES.get(kind) ?? [0, 0];
    at = members + whole + count * each;
  }
  return false;
}

/** The section whose offset and length are at `field` of the header. */
function sections(btf: Buffer, field: number): Buffer {
  if (btf.length < 24 || btf.readUInt16LE(0) !== MAGIC) throw new Error('the kernel describes no types');
  const start = btf.readUInt32LE(4) + btf.readUInt32LE(field);
  return btf.subarray(start, start + btf.readUInt32LE(field + 4));
}

/** Each name is there once, between two NULs. */
function nameAt(names: Buffer, name: string): number | undefined {
  const at = names.indexOf(`\0${name}\0`);
  return at === -1 ? undefined : at + 1;
}
