// The guest's first files: busybox, the modules that reach the host's files, and init.sh.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** On this machine, and below a guest's root. */
const busybox = '/bin/busybox';
const modules = ['virtio_pci', '9pnet_virtio', '9p', 'overlay'];

/**
 * @param {{ root: string, release: string }} kernel
 * @param {string} root of the guest
 * @param {Record<string, string>} variables for init.sh and guest.sh
 * @returns {Buffer}
 */
export function makeInitramfs(kernel, root, variables) {
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-initramfs-'));
  try {
    for (const name of ['bin', 'modules', 'proc', 'sys', 'dev', 'memory', 'root']) {
      mkdirSync(join(folder, name));
    }
    copyFileSync(join(root, busybox), join(folder, 'bin/busybox'));
    copyFileSync(join(import.meta.dirname, 'init.sh'), join(folder, 'init'));
    chmodSync(join(folder, 'init'), 0o755);
    writeFileSync(
      join(folder, 'modules.list'),
      `${copyModules(kernel, join(folder, 'modules')).join('\n')}\n`,
    );
    writeFileSync(join(folder, 'guest.env'), environment(variables));
    return gzipSync(archive(folder), { level: 1 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Copies the modules with what they need; returns the file names in the order of loading. */
function copyModules({ root, release }, target) {
  const options = ['-d', root, '-S', release, '--show-depends', '-a', ...modules];
  const lines = execFileSync('/sbin/modprobe', options, { encoding: 'utf8' }).split('\n');
  const paths = new Set(lines.filter((line) => line.startsWith('insmod ')).map((line) => line.split(' ')[1]));
  return [...paths].map((path) => copyModule(path, target));
}

/** Debian compresses modules by xz, or not at all. */
function copyModule(path, target) {
  const name = basename(path, '.xz');
  if (path.endsWith('.xz')) writeFileSync(join(target, name), runBusybox(['unxz', '-c', path]));
  else copyFileSync(path, join(target, name));
  return name;
}

function environment(variables) {
  const quote = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quote(value)}\n`)
    .join('');
}

function archive(folder) {
  const names = readdirSync(folder, { recursive: true });
  return runBusybox(['cpio', '-o', '-H', 'newc'], { cwd: folder, input: names.join('\n') });
}

function runBusybox(args, options = {}) {
  return execFileSync(busybox, args, { maxBuffer: 64 * 1024 * 1024, stdio: 'pipe', ...options });
}
