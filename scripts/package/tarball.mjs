// The package as it is published: the programs, the kernel's objects, and prebuilt addons, so that installing it runs
// nothing, compiles nothing and asks no registry for more.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { root } from '../setup.mjs';
import { prebuiltAddon } from './addon.mjs';
import { fetchPackage } from './fetch.mjs';
import { staticLibraries } from './libraries.mjs';
import { sbom } from './sbom.mjs';

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const writeJson = (path, value) => writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);

const manifest = readJson(join(root, 'package.json'));
export const { version } = manifest;

/** Of the published files, those that only packing makes. */
const made = ['prebuilds', 'sbom.spdx.json'];

/** The one package that is not part of the bundles: it finds its compiled part beside its own files. */
const compiled = 'cbor-extract';

/** Packs into the folder `to`; gives the path of the tarball. */
export function packTarball({ architectures, to }) {
  const stage = mkdtempSync(join(tmpdir(), 'sysprobe-package-'));
  try {
    fill(stage, architectures);
    mkdirSync(to, { recursive: true });
    const pack = ['pack', '--json', '--pack-destination', to];
    const [packed] = JSON.parse(execFileSync('npm', pack, { cwd: stage, encoding: 'utf8' }));
    return join(to, packed.filename);
  } finally {
    rmSync(stage, { recursive: true });
  }
}

function fill(stage, architectures) {
  const copied = manifest.files.filter((path) => !path.includes('*') && !made.includes(path));
  for (const path of [...copied, 'README.md']) {
    cpSync(join(root, path), join(stage, path), { recursive: true, filter: isPublished });
  }
  for (const arch of architectures) {
    // The name by which node-gyp-build finds it.
    const target = join(stage, `prebuilds/linux-${arch}/sysprobe.glibc.node`);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(prebuiltAddon(arch), target);
  }
  const licences = join(stage, 'prebuilds/licences');
  cpSync(join(staticLibraries(architectures[0]), 'licences'), licences, { recursive: true });
  const carried = bundle(stage, architectures);
  writeJson(join(stage, 'package.json'), publishedManifest(architectures));
  const notices = join(stage, 'dist/THIRD-PARTY-LICENSES.txt');
  writeJson(join(stage, 'sbom.spdx.json'), sbom(manifest, { notices, licences, carried }));
}

/** Neither what a build keeps for itself nor what only a debugger reads, which is two thirds of the whole. */
function isPublished(path) {
  return !basename(path).startsWith('.') && !path.endsWith('.map');
}

/**
 * What the bundles hold is no dependency of the package, and what builds a checkout is no script of it. The checkout is
 * private, so that nobody publishes it by itself, without the addons. What the second binding needs is not installed with
 * it: npm would run scripts that fail.
 */
function publishedManifest(architectures) {
  const {
    private: _,
    scripts,
    dependencies,
    devDependencies,
    optionalDependencies,
    overrides,
    ...kept
  } = manifest;
  const installed = readJson(join(root, 'node_modules', compiled, 'package.json'));
  return {
    ...kept,
    cpu: architectures,
    dependencies: { [compiled]: installed.version },
    bundleDependencies: [compiled],
    peerDependencies: optionalDependencies,
    peerDependenciesMeta: Object.fromEntries(
      Object.keys(optionalDependencies).map((name) => [name, { optional: true }]),
    ),
  };
}

/** Gives the manifests of what it put there. */
function bundle(stage, architectures) {
  const { version: compiledVersion, dependencies } = readJson(
    join(root, 'node_modules', compiled, 'package.json'),
  );
  const names = closure([compiled, ...Object.keys(dependencies)]);
  for (const name of names)
    cpSync(join(root, 'node_modules', name), join(stage, 'node_modules', name), { recursive: true });
  for (const arch of architectures) {
    const name = `@${compiled}/${compiled}-linux-${arch}`;
    fetchPackage(`${name}@${compiledVersion}`, join(stage, 'node_modules', name));
    names.add(name);
  }
  const path = join(stage, 'node_modules', compiled, 'package.json');
  // Its script would look for what lies beside it here, or compile it.
  const { scripts, ...kept } = readJson(path);
  writeJson(path, { ...kept, gypfile: false });
  return [...names].map((name) => readJson(join(stage, 'node_modules', name, 'package.json')));
}

/** The packages, and what they depend on, by name. */
function closure(names) {
  const found = new Set();
  for (const queue = [...names]; queue.length > 0; ) {
    const name = queue.pop();
    if (found.has(name)) continue;
    found.add(name);
    queue.push(...Object.keys(readJson(join(root, 'node_modules', name, 'package.json')).dependencies ?? {}));
  }
  return found;
}
