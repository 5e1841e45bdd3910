// The libraries that the prebuilt addon carries inside: libbpf, and libelf and zlib below it, from Debian's source
// packages. Debian's own archives cannot be linked into a shared object, since they are not position-independent.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { arch as machineArch } from 'node:process';
import { root, run } from '../setup.mjs';

const folder = join(root, 'build/package');
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const sources = `deb-src [signed-by=${keyring}] http://deb.debian.org/debian bookworm main
deb-src [signed-by=${keyring}] http://deb.debian.org/debian-security bookworm-security main
`;

/** The compilers' prefix by Node's name of the architecture. */
const triplets = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

export const architectures = Object.keys(triplets);

/** Builds what is missing; gives the folder that holds lib/*.a, include/ and licences/. */
export function staticLibraries(arch) {
  const recipe = createHash('sha256')
    .update(readFileSync(import.meta.filename))
    .digest('hex')
    .slice(0, 12);
  const target = join(folder, `libraries-${arch}-${recipe}`);
  if (existsSync(target)) return target;
  console.log(`sysprobe: building libbpf, libelf and zlib for ${arch}`);
  const unfinished = `${target}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(join(unfinished, 'lib'), { recursive: true });
  mkdirSync(join(unfinished, 'include'));
  const found = unpackSources(join(unfinished, 'sources'));
  const tools = toolsOf(arch);
  buildZlib({ from: found.zlib, to: unfinished, tools });
  buildLibelf({ from: found.elfutils, to: unfinished, tools, host: triplets[arch] });
  buildLibbpf({ from: found.libbpf, to: unfinished, tools });
  for (const [name, from] of Object.entries(found)) keepLicence(unfinished, name, from);
  rmSync(join(unfinished, 'sources'), { recursive: true });
  renameSync(unfinished, target);
  return target;
}

/** Environment of a build for another architecture, or for this one. */
export function toolsOf(arch) {
  const prefix = arch === machineArch ? '' : `${triplets[arch]}-`;
  return {
    CC: `${prefix}gcc`,
    CXX: `${prefix}g++`,
    AR: `${prefix}ar`,
    RANLIB: `${prefix}ranlib`,
    STRIP: `${prefix}strip`,
  };
}

/** Through an apt configuration of its own, which leaves the machine's alone; apt compares the signatures. */
function unpackSources(target) {
  const state = join(folder, 'apt');
  for (const path of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(join(state, path), { recursive: true });
  mkdirSync(target);
  writeFileSync(join(state, 'sources.list'), sources);
  const options = [
    `Dir::Etc::sourcelist=${state}/sources.list`,
    'Dir::Etc::sourceparts=-',
    `Dir::State::lists=${state}/lists`,
    `Dir::Cache=${state}/cache`,
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  const quiet = { stdio: ['ignore', 'ignore', 'inherit'], cwd: target };
  run('apt-get', [...options, '-qq', 'update'], quiet);
  run('apt-get', [...options, '-qq', 'source', 'libbpf', 'elfutils', 'zlib'], quiet);
  const unpacked = readdirSync(target, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return Object.fromEntries(unpacked.map(({ name }) => [name.replace(/-.*/, ''), join(target, name)]));
}

function buildZlib({ from, to, tools }) {
  make({ cwd: from, tools, before: [['./configure', '--static']], target: ['libz.a'] });
  keep(
    to,
    join(from, 'libz.a'),
    ['zlib.h', 'zconf.h'].map((name) => join(from, name)),
  );
}

function buildLibelf({ from, to, tools, host }) {
  const without = ['debuginfod', 'libdebuginfod', 'nls'].map((name) => `--disable-${name}`);
  const packed = ['bzlib', 'lzma', 'zstd'].map((name) => `--without-${name}`);
  const flags = { CFLAGS: `-O2 -fPIC -I${to}/include`, LDFLAGS: `-L${to}/lib` };
  const before = [['./configure', `--host=${host}`, ...without, ...packed]];
  make({ cwd: from, tools: { ...tools, ...flags }, before, target: ['-C', 'lib'] });
  make({ cwd: from, tools, target: ['-C', 'libelf', 'libelf.a'] });
  keep(to, join(from, 'lib/libeu.a'), []);
  keep(
    to,
    join(from, 'libelf/libelf.a'),
    ['libelf.h', 'gelf.h', 'elf.h'].map((name) => join(from, 'libelf', name)),
  );
}

function buildLibbpf({ from, to, tools }) {
  const flags = `EXTRA_CFLAGS=-fPIC -I${to}/include`;
  const options = [
    '-C',
    'src',
    'BUILD_STATIC_ONLY=1',
    'NO_PKG_CONFIG=1',
    `CC=${tools.CC}`,
    `AR=${tools.AR}`,
    flags,
  ];
  make({
    cwd: from,
    tools,
    target: [...options, `OBJDIR=${from}/objects`, `DESTDIR=${to}`, 'PREFIX=', 'LIBDIR=/lib', 'install'],
    before: [['mkdir', 'objects']],
  });
}

function make({ cwd, tools, before = [], target }) {
  const options = {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, CFLAGS: '-O2 -fPIC', ...tools },
  };
  for (const [command, ...args] of before) run(command, args, options);
  run('make', ['-s', '-j2', ...target], options);
}

function keep(to, library, headers) {
  run('cp', [library, join(to, 'lib')]);
  if (headers.length > 0) run('cp', [...headers, join(to, 'include')]);
}

/** As Debian states it, with the versions of the sources. */
function keepLicence(to, name, from) {
  const target = join(to, 'licences', name);
  mkdirSync(target, { recursive: true });
  run('cp', [join(from, 'debian/copyright'), target]);
  writeFileSync(join(target, 'version'), `${basename(from)}\n`);
}
