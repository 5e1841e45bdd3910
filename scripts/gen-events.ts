/**
 * Generates what TypeScript and C++ know about the records of bpf/events.h from the BTF of bpf/schema.bpf.c:
 *   src/probe/events.gen.ts   constants, sizes, one reader a record with literal offsets
 *   bpf/layout.gen.h          the layout's hash, compiled into the addon and the BPF objects
 *
 *   tsx scripts/gen-events.ts           writes them
 *   tsx scripts/gen-events.ts --check   fails when a committed one is not current
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Member {
  name: string;
  type_id: number;
  bits_offset: number;
  bitfield_size?: number;
}
interface BtfType {
  id: number;
  kind: string;
  name: string;
  size?: number;
  type_id?: number;
  nr_elems?: number;
  members?: Member[];
  values?: { name: string; val: number }[];
}

/** Typedef -> how a member of it is read. Without an entry here a type is an error, never a guess. */
const readers: Record<string, { type: string; read: (at: string) => string; size: number }> = {
  __u8: { type: 'number', read: (at) => `this.view.getUint8(${at})`, size: 1 },
  __u16: { type: 'number', read: (at) => `this.view.getUint16(${at}, true)`, size: 2 },
  __u32: { type: 'number', read: (at) => `this.view.getUint32(${at}, true)`, size: 4 },
  port_t: { type: 'number', read: (at) => `this.view.getUint16(${at}, true)`, size: 2 },
  netns_t: { type: 'number', read: (at) => `this.view.getUint32(${at}, true)`, size: 4 },
  process_t: { type: 'number', read: (at) => `this.view.getUint32(${at}, true)`, size: 4 },
  micros_t: { type: 'number', read: (at) => `this.view.getUint32(${at}, true)`, size: 4 },
  count_t: { type: 'number', read: (at) => `this.view.getUint32(${at}, true)`, size: 4 },
  errno_t: { type: 'number', read: (at) => `this.view.getInt32(${at}, true)`, size: 4 },
  user_id_t: { type: 'number', read: (at) => `this.view.getUint32(${at}, true)`, size: 4 },
  wait_status_t: { type: 'number', read: (at) => `this.view.getUint32(${at}, true)`, size: 4 },
  duration_ns_t: { type: 'number', read: (at) => `readUint64(this.view, ${at})`, size: 8 },
  boot_ns_t: { type: 'number', read: (at) => `readUint64(this.view, ${at})`, size: 8 },
  bytes_t: { type: 'number', read: (at) => `readUint64(this.view, ${at})`, size: 8 },
  cgroup_id_t: { type: 'number', read: (at) => `readUint64(this.view, ${at})`, size: 8 },
  cookie_t: { type: 'number', read: (at) => `readUint64(this.view, ${at})`, size: 8 },
  sock_ref_t: { type: 'number', read: (at) => `readPointer(this.view, ${at})`, size: 8 },
  bytes_change_t: { type: 'number', read: (at) => `readInt64(this.view, ${at})`, size: 8 },
  count_change_t: { type: 'number', read: (at) => `this.view.getInt32(${at}, true)`, size: 4 },
  socket_id_t: { type: 'number', read: (at) => `readUint64(this.view, ${at})`, size: 8 },
  inode_t: { type: 'number', read: (at) => `readUint64(this.view, ${at})`, size: 8 },
  comm_t: { type: 'string', read: (at) => `readText(this.view, ${at}, 16)`, size: 16 },
  cgroup_path_t: { type: 'string', read: (at) => `readText(this.view, ${at}, 1024)`, size: 1024 },
  address_t: { type: 'Uint8Array', read: (at) => `readBytes(this.view, ${at}, 16)`, size: 16 },
};

const records = [
  'flow_record',
  'begun_record',
  'listen_record',
  'cgroup_record',
  'dns_record',
  'process_record',
  'oom_record',
  'udp_key',
  'udp_count',
];
const layoutsOnly = ['listener_key', 'listener_owner', 'snapshot_slot'];
/** Enum -> the prefix of its constants, which TypeScript's names go without. */
const enums = {
  record_kind: 'RECORD_',
  tcp_state: 'TCP_STATE_',
  conn_role: 'ROLE_',
  flow_flag: 'FLOW_',
  ip_protocol: 'PROTOCOL_',
  address_family: 'FAMILY_',
  process_flag: 'PROCESS_',
  loss_counter: 'LOSS_',
  udp_loss: 'UDP_LOSS_',
};

function readBtf(): Map<number, BtfType> {
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-btf-'));
  try {
    const object = join(folder, 'schema.o');
    const include = `/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
    const flags = ['-target', 'bpf', '-O2', '-g', '-Wpadded', '-Werror', '-idirafter', include];
    execFileSync(process.env.CLANG ?? 'clang-14', [...flags, '-c', 'bpf/schema.bpf.c', '-o', object]);
    const path = `${process.env.PATH}:/usr/sbin:/sbin`;
    const dump = execFileSync('bpftool', ['-j', 'btf', 'dump', 'file', object], {
      encoding: 'utf8',
      env: { ...process.env, PATH: path },
    });
    return new Map((JSON.parse(dump).types as BtfType[]).map((type) => [type.id, type]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const btf = readBtf();

function named(kind: string, name: string): BtfType {
  for (const type of btf.values()) if (type.kind === kind && type.name === name) return type;
  throw new Error(`bpf/schema.bpf.c has no ${kind.toLowerCase()} ${name}`);
}

function resolve(id: number): BtfType {
  const type = btf.get(id);
  if (!type) throw new Error(`BTF has no type ${id}`);
  return type;
}

interface Field {
  name: string;
  type: string;
  offset: number;
  size: number;
}

/** Members in order; a nested struct's members are inlined (record headers), or kept whole when it is a record. */
function fields(struct: BtfType, base = 0): Field[] {
  const found: Field[] = [];
  let end = 0;
  for (const member of struct.members ?? []) {
    const type = resolve(member.type_id);
    const offset = member.bits_offset / 8;
    if (member.bitfield_size) throw new Error(`${struct.name}.${member.name}: a bitfield`);
    if (offset !== end) throw new Error(`${struct.name}.${member.name}: implicit padding before it`);
    const size = type.kind === 'STRUCT' ? (type.size ?? 0) : (readers[type.name]?.size ?? 0);
    if (type.kind === 'STRUCT' && records.includes(type.name)) {
      found.push({ name: member.name, type: type.name, offset: base + offset, size });
    } else if (type.kind === 'STRUCT') {
      found.push(...fields(type, base + offset));
    } else if (type.kind === 'TYPEDEF' && size > 0) {
      found.push({ name: member.name, type: type.name, offset: base + offset, size });
    } else {
      throw new Error(`${struct.name}.${member.name}: no reader for ${type.kind} ${type.name}`);
    }
    end = offset + size;
  }
  if (end !== struct.size) throw new Error(`${struct.name}: implicit padding at its end`);
  return found;
}

const camel = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
const pascal = (name: string) => camel(`_${name}`);

function enumSource([name, prefix]: [string, string]): string {
  const lines = (named('ENUM', name).values ?? []).map(({ name: value, val }) => {
    if (!value.startsWith(prefix)) throw new Error(`${value} of enum ${name} does not begin with ${prefix}`);
    return `  ${value.slice(prefix.length)}: ${val},`;
  });
  return `export const ${pascal(name)} = {\n${lines.join('\n')}\n} as const;\n`;
}

function recordSource(name: string): string {
  const struct = named('STRUCT', name);
  const getters = fields(struct)
    .filter((field) => field.name !== 'pad')
    .map((field) => {
      const reader = readers[field.type];
      if (!reader) throw new Error(`${name}.${field.name}: a record inside a record`);
      const at = field.offset === 0 ? 'this.offset' : `this.offset + ${field.offset}`;
      return `  get ${camel(field.name)}(): ${reader.type} {\n    return ${reader.read(at)};\n  }`;
    });
  const offsets = fields(struct).map((field) => `    ${camel(field.name)}: ${field.offset},`);
  return `/** A cursor over a batch: set \`offset\` to a record's first byte, read what is needed. */
export class ${pascal(name)} {
  static readonly size = ${struct.size};
  static readonly at = {
${offsets.join('\n')}
  } as const;
  readonly view: DataView;
  offset = 0;

  constructor(view: DataView) {
    this.view = view;
  }

${getters.join('\n\n')}
}
`;
}

function layoutSource(name: string): string {
  const struct = named('STRUCT', name);
  const offsets = fields(struct).filter((field) => field.name !== 'pad');
  const lines = offsets.map((field) => `  ${camel(field.name)}: ${field.offset},`);
  return `export const ${pascal(name)} = {\n  size: ${struct.size},\n${lines.join('\n')}\n} as const;\n`;
}

/** Every name, type and offset, so that any change of meaning or place changes it. */
function layoutHash(): string {
  const layout = [
    ...[...records, ...layoutsOnly].map((name) => [
      name,
      named('STRUCT', name).size,
      fields(named('STRUCT', name)),
    ]),
    ...Object.keys(enums).map((name) => [name, named('ENUM', name).values]),
  ];
  return createHash('sha256').update(JSON.stringify(layout)).digest('hex').slice(0, 16);
}

function typescript(hash: string): string {
  const sizes = [...records, ...layoutsOnly].map((name) => `  ${name}: ${named('STRUCT', name).size},`);
  return `// Generated from bpf/events.h by scripts/gen-events.ts (npm run generate). Do not edit.
import { readBytes, readInt64, readPointer, readText, readUint64 } from './record-reader.ts';

/** Compared at start with what the addon and the BPF object were compiled with. */
export const layoutHash = 0x${hash}n;
export const layoutSizes: Readonly<Record<string, number>> = {
${sizes.join('\n')}
};

${[...Object.entries(enums).map(enumSource), ...records.map(recordSource), ...layoutsOnly.map(layoutSource)].join('\n')}`;
}

function header(hash: string): string {
  return `/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Generated from bpf/events.h by scripts/gen-events.ts (npm run generate). Do not edit. */
#ifndef SYSPROBE_LAYOUT_GEN_H
#define SYSPROBE_LAYOUT_GEN_H

#define SYSPROBE_LAYOUT_HASH 0x${hash}ULL

#endif
`;
}

const hash = layoutHash();
const outputs: [string, string][] = [
  ['src/probe/events.gen.ts', typescript(hash)],
  ['bpf/layout.gen.h', header(hash)],
];
for (const [path, content] of outputs) {
  if (!process.argv.includes('--check')) {
    writeFileSync(path, content);
  } else if (readFileSync(path, 'utf8') !== content) {
    console.error(`${path} is not what bpf/events.h gives; run: npm run generate`);
    process.exitCode = 1;
  }
}
