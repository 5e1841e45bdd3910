// What a command needs before it can run: Debian packages and node_modules. Imports only node:, because
// nothing else is there on a fresh machine.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

export const root = join(import.meta.dirname, '..');

/** An expected end: its message is the one line that the user gets. */
export class Refusal extends Error {}

/** What is there is never installed again, whoever put it there: each package has a file or command to look for. */
const packages = {
  build: [
    { package: 'g++', command: 'g++' },
    { package: 'make', command: 'make' },
    { package: 'python3', command: 'python3' },
    { package: 'libbpf-dev', file: '/usr/include/bpf/libbpf.h' },
    { package: 'libelf-dev', file: '/usr/include/libelf.h' },
    { package: 'zlib1g-dev', file: '/usr/include/zlib.h' },
  ],
  package: [
    { package: 'bzip2', command: 'bzip2' },
    { package: 'dpkg-dev', command: 'dpkg-source' },
    { package: 'xz-utils', command: 'xz' },
  ],
  cross: [{ package: 'g++-aarch64-linux-gnu', command: 'aarch64-linux-gnu-g++' }],
  system: [
    { package: 'arch-test', command: 'arch-test' },
    { package: 'busybox-static', command: 'busybox' },
    { package: 'mmdebstrap', command: 'mmdebstrap' },
    { package: 'netavark', file: '/usr/lib/podman/netavark' },
    { package: 'podman', command: 'podman' },
    { package: 'qemu-user-static', command: 'qemu-aarch64-static' },
    { package: 'runc', command: 'runc' },
  ],
  test: [
    { package: 'apparmor', command: 'apparmor_parser' },
    { package: 'bind9-dnsutils', command: 'dig' },
    { package: 'busybox-static', command: 'busybox' },
    { package: 'chromium', command: 'chromium' },
    { package: 'clang-14', command: 'clang-14' },
    { package: 'containerd', command: 'containerd' },
    { package: 'containernetworking-plugins', file: '/usr/lib/cni/ptp' },
    { package: 'curl', command: 'curl' },
    { package: 'dnsmasq-base', command: 'dnsmasq' },
    { package: 'dnsperf', command: 'dnsperf' },
    {
      package: 'golang-github-masterminds-sprig-dev',
      file: '/usr/share/gocode/src/github.com/Masterminds/sprig/functions.go',
    },
    { package: 'golang-go', command: 'go' },
    { package: 'golang-k8s-sigs-yaml-dev', file: '/usr/share/gocode/src/sigs.k8s.io/yaml/yaml.go' },
    { package: 'iperf3', command: 'iperf3' },
    { package: 'iproute2', command: 'ip' },
    { package: 'iptables', command: 'iptables' },
    { package: 'mmdebstrap', command: 'mmdebstrap' },
    { package: 'netavark', file: '/usr/lib/podman/netavark' },
    { package: 'nftables', command: 'nft' },
    { package: 'nginx-light', command: 'nginx' },
    { package: 'podman', command: 'podman' },
    { package: 'prometheus', command: 'promtool' },
    { package: 'python3-cbor2', file: '/usr/lib/python3/dist-packages/cbor2' },
    { package: 'runc', command: 'runc' },
    { package: 'systemd', command: 'systemd-analyze' },
    { package: 'tmux', command: 'tmux' },
    { package: 'unbound', command: 'unbound' },
    { package: 'wrk', command: 'wrk' },
  ],
  bench: [{ package: 'clang-14', command: 'clang-14' }],
  kernels: [
    { package: 'apparmor', command: 'apparmor_parser' },
    { package: 'arch-test', command: 'arch-test' },
    { package: 'bind9-dnsutils', command: 'dig' },
    { package: 'busybox-static', command: 'busybox' },
    { package: 'dnsmasq-base', command: 'dnsmasq' },
    { package: 'iproute2', command: 'ip' },
    { package: 'kmod', command: 'modprobe' },
    { package: 'mmdebstrap', command: 'mmdebstrap' },
    { package: 'netavark', file: '/usr/lib/podman/netavark' },
    { package: 'nftables', command: 'nft' },
    { package: 'podman', command: 'podman' },
    { package: 'qemu-system-arm', command: 'qemu-system-aarch64' },
    { package: 'qemu-system-x86', command: 'qemu-system-x86_64' },
    { package: 'qemu-user-static', command: 'qemu-aarch64-static' },
    { package: 'runc', command: 'runc' },
    { package: 'util-linux', command: 'setpriv' },
  ],
  check: [
    { package: 'bpftool', command: 'bpftool' },
    { package: 'clang-14', command: 'clang-14' },
    { package: 'clang-format-14', command: 'clang-format-14' },
    { package: 'libbpf-dev', file: '/usr/include/bpf/bpf_helpers.h' },
    { package: 'llvm-14', command: 'llvm-strip-14' },
  ],
};

/** @param {(keyof typeof packages)[]} purposes */
export function setUp(...purposes) {
  installPackages(purposes.flatMap((purpose) => packages[purpose]).filter(isMissing));
  installModules();
}

/** Runs with the terminal's own output; a command that fails ends the whole. */
export function run(command, args, options = {}) {
  const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) throw new Refusal(`${command} cannot be started: ${error.message}`);
  if (status !== 0) {
    throw new Refusal(`${[command, ...args].join(' ')} failed (${signal ?? `exit code ${status}`})`);
  }
}

/** Options of node-gyp: where node has its headers beside it, nothing is downloaded. */
export function nodeHeaders() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include/node/node_api.h')) ? [`--nodedir=${prefix}`] : [];
}

/** Runs `main`; a Refusal becomes its one line and exit code 1. */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.error(`sysprobe: ${error.message}`);
    process.exitCode = 1;
  }
}

export function commandExists(command) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(join(folder, command)));
}

function isMissing({ command, file }) {
  return file ? !existsSync(file) : !commandExists(command);
}

function installPackages(missing) {
  if (missing.length === 0) return;
  const names = [...new Set(missing.map((entry) => entry.package))];
  const asked = `apt-get install ${names.join(' ')}`;
  if (isMissing({ command: 'apt-get' })) {
    throw new Refusal(
      `missing on this system: what Debian's packages ${names.join(', ')} hold; install it first`,
    );
  }
  if (process.getuid?.() !== 0) throw new Refusal(`packages are missing; install them: sudo ${asked}`);
  console.log(`sysprobe: ${asked}`);
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  };
  const apt = (...args) => run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-qq', '-y', ...args], options);
  apt('update');
  withoutServices(() => apt('--no-install-recommends', 'install', ...names));
}

/** A test wants nginx's program, not a web server on port 80: invoke-rc.d asks this file before it starts a service. */
function withoutServices(install) {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return install();
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return install();
  } finally {
    rmSync(policy);
  }
}

function installModules() {
  if (modulesAreCurrent()) return;
  console.log('sysprobe: npm ci');
  // No dependency needs its install script: their binaries come inside their packages.
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** npm keeps what it installed in node_modules/.package-lock.json; packages of other platforms are not in it. */
function modulesAreCurrent() {
  const path = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(path)) return false;
  const installed = JSON.parse(readFileSync(path, 'utf8')).packages;
  const { '': own, ...wanted } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  // npm leaves out an optional package whose script fails: those of the second binding do, and need none.
  const optionalOfOurs = Object.keys(own.optionalDependencies).map((name) => `node_modules/${name}`);
  const mayLack = (name, { optional }) => optional && !optionalOfOurs.includes(name);
  const isThere = ([name, entry]) =>
    installed[name]?.version === entry.version || (mayLack(name, entry) && !installed[name]);
  return Object.entries(wanted).every(isThere) && Object.keys(installed).every((name) => name in wanted);
}
