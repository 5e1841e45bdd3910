// Compiles the BPF objects. They are committed, so that running sysprobe needs no compiler:
//   node scripts/bpf.mjs           rebuilds bpf/*.bpf.o
//   node scripts/bpf.mjs --check   fails when a committed object is not what its source gives
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const objects = ['tcp'];

/** Debian 12's compiler: another version gives other bytes. */
const clang = process.env.CLANG ?? 'clang-14';
const strip = process.env.LLVM_STRIP ?? 'llvm-strip-14';
const flags = [
  '-target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Wpadded -Werror -Wno-unused-parameter',
  '-Wno-missing-field-initializers -fdebug-compilation-dir=.',
  `-idirafter /usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`,
]
  .join(' ')
  .split(' ');

/** Compiles bpf/NAME.bpf.c to `target`; DWARF is stripped, BTF stays. */
export function compile(name, target) {
  execFileSync(clang, [...flags, '-c', `bpf/${name}.bpf.c`, '-o', target], { stdio: 'inherit' });
  execFileSync(strip, ['-g', target], { stdio: 'inherit' });
}

function check() {
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-bpf-'));
  try {
    const stale = objects.filter((name) => {
      const target = join(folder, `${name}.bpf.o`);
      compile(name, target);
      return !readFileSync(target).equals(readFileSync(`bpf/${name}.bpf.o`));
    });
    for (const name of stale) {
      console.error(`bpf/${name}.bpf.o is not what bpf/${name}.bpf.c gives; run: node scripts/bpf.mjs`);
    }
    return stale.length === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  if (process.argv.includes('--check')) process.exitCode = check() ? 0 : 1;
  else for (const name of objects) compile(name, `bpf/${name}.bpf.o`);
}
