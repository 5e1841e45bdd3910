import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A BPF object of a source that is not shipped; without debug information it has no BTF. */
export function compile(source: string, { debug = true } = {}): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-compile-'));
  const object = join(folder, 'object.bpf.o');
  const system = `/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
  const flags = ['-O2', ...(debug ? ['-g'] : []), '-target', 'bpf', '-mcpu=v3', '-idirafter', system];
  try {
    execFileSync('clang-14', [...flags, '-c', source, '-o', object]);
    return readFileSync(object);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
