// Compiles the BPF objects. They are committed, so that running sysprobe needs no compiler:
//   node scripts/bpf.mjs           rebuilds bpf/*.bpf.o and src/probe/objects.gen.ts, which knows their hashes
//   node scripts/bpf.mjs --check   fails when a committed object is not what its source gives
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const objects = ['cgroup', 'dns', 'process', 'tcp', 'udp_cgroup', 'udp_trace'];

/** Debian 12's compiler: another version gives other bytes. */
const clang = process.env.CLANG ?? 'clang-14';
const strip = process.env.LLVM_STRIP ?? 'llvm-strip-14';
/** The objects come out the same with the headers of every architecture, and so serve all. */
const headers =
  process.env.KERNEL_HEADERS ?? `/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
const flags = [
  '-target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Wpadded -Werror -Wno-unused-parameter',
  '-Wno-missing-field-initializers -fdebug-compilation-dir=.',
  `-idirafter ${headers}`,
]
  .join(' ')
  .split(' ');

/** Compiles bpf/NAME.bpf.c to `target`; DWARF is stripped, BTF stays. */
export function compile(name, target) {
  execFileSync(clang, [...flags, '-c', `bpf/${name}.bpf.c`, '-o', target], { stdio: 'inherit' });
  execFileSync(strip, ['-g', target], { stdio: 'inherit' });
}

const hashes = 'src/probe/objects.gen.ts';

function hashesSource() {
  const lines = objects.map((name) => {
    const hash = createHash('sha256')
      .update(readFileSync(`bpf/${name}.bpf.o`))
      .digest('hex');
    return `  ${name}: '${hash}',`;
  });
  return `// Generated from bpf/*.bpf.o by scripts/bpf.mjs (npm run generate). Do not edit.

/** SHA-256 of each object: libbpf may crash on a damaged one, so it is compared before libbpf sees it. */
export const objectHashes = {
${lines.join('\n')}
} as const;
`;
}

function check() {
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-bpf-'));
  try {
    const stale = objects
      .filter((name) => {
        const target = join(folder, `${name}.bpf.o`);
        compile(name, target);
        return !readFileSync(target).equals(readFileSync(`bpf/${name}.bpf.o`));
      })
      .map((name) => `bpf/${name}.bpf.o`);
    if (readFileSync(hashes, 'utf8') !== hashesSource()) stale.push(hashes);
    for (const path of stale) console.error(`${path} is not what the sources give; run: npm run generate`);
    return stale.length === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  if (process.argv.includes('--check')) {
    process.exitCode = check() ? 0 : 1;
  } else {
    for (const name of objects) compile(name, `bpf/${name}.bpf.o`);
    writeFileSync(hashes, hashesSource());
  }
}
