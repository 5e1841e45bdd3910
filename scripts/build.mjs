// Builds what runs, each part only when what it is made of has changed:
//   node scripts/build.mjs [--only addon|programs|page]
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Refusal, root, run, runMain, setUp } from './setup.mjs';

const bin = (name) => join(root, 'node_modules/.bin', name);

/** `stamp` lies beside what was made, so that deleting the output makes the part out of date. */
const parts = {
  addon: {
    from: ['native', 'bpf', 'binding.gyp', 'package-lock.json'],
    makes: ['build/Release/sysprobe.node'],
    stamp: 'build/.addon-stamp',
    build: buildAddon,
  },
  programs: {
    from: ['src', 'scripts/build.mjs', 'package-lock.json'],
    makes: ['dist/system-probe.js', 'dist/node-agent.js', 'dist/sysprobe.js'],
    stamp: 'dist/.programs-stamp',
    build: buildPrograms,
  },
  page: {
    from: ['src/web', 'src/map', 'src/lib', 'vite.config.ts', 'package-lock.json'],
    makes: ['dist/web/index.html'],
    stamp: 'dist/.page-stamp',
    build: () => run(bin('vite'), ['build', '--logLevel', 'warn']),
  },
};

/** @param {(keyof typeof parts)[]} names */
export async function build(names = Object.keys(parts)) {
  for (const name of names) {
    const part = parts[name];
    const stamp = join(root, part.stamp);
    const hash = contentHash(part.from);
    const isCurrent = part.makes.every((path) => existsSync(join(root, path)));
    if (isCurrent && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) continue;
    console.log(`sysprobe: building the ${name}`);
    await part.build();
    writeFileSync(stamp, hash);
  }
}

function buildAddon() {
  // Where node has its headers beside it, nothing is downloaded.
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, 'include/node/node_api.h')) ? [`--nodedir=${prefix}`] : [];
  const options = { env: { ...process.env, JOBS: 'max' }, stdio: ['ignore', 'ignore', 'inherit'] };
  run(bin('node-gyp'), ['configure', 'build', '--silent', ...headers], options);
}

async function buildPrograms() {
  const { build: bundle } = await import('esbuild');
  await bundle({
    absWorkingDir: root,
    entryPoints: {
      'system-probe': 'src/probe/main.ts',
      'node-agent': 'src/agent/main.ts',
      sysprobe: 'src/cli/main.ts',
    },
    outdir: 'dist',
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    sourcemap: true,
    banner: { js: '#!/usr/bin/env node' },
    logLevel: 'warning',
  }).catch(() => {
    throw new Refusal('the programs cannot be built; the errors are above');
  });
  for (const path of parts.programs.makes) chmodSync(join(root, path), 0o755);
}

/** Of the sources by path and content, and of the Node that builds them; tests do not count. */
function contentHash(paths) {
  const hash = createHash('sha256').update(process.version);
  for (const path of paths.flatMap((from) => files(join(root, from)))) {
    hash.update(`\0${relative(root, path)}\0`).update(readFileSync(path));
  }
  return hash.digest('hex');
}

function files(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return path.endsWith('.test.ts') ? [] : [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => files(join(path, name)));
}

if (process.argv[1] === import.meta.filename) {
  await runMain(async () => {
    const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
    if (only !== undefined && !Object.hasOwn(parts, only)) {
      throw new Refusal(`--only ${only} is not a part; parts are ${Object.keys(parts).join(', ')}`);
    }
    setUp('build');
    await build(only === undefined ? undefined : [only]);
  });
}
