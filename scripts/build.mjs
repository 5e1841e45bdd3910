// Builds what runs, each part only when what it is made of has changed:
//   node scripts/build.mjs [--only addon|programs|page]
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { noticesOf, packagesOf } from './notices.mjs';
import { nodeHeaders, Refusal, root, run, runMain, setUp } from './setup.mjs';

const notices = 'dist/THIRD-PARTY-LICENSES.txt';

/** Packages in the CommonJS form that are bundled ask for `require`, which a module lacks. */
const banner = `#!/usr/bin/env node
import { createRequire as createRequireOf } from 'node:module';
const require = createRequireOf(import.meta.url);`;

const bin = (name) => join(root, 'node_modules/.bin', name);

const bundlers = ['scripts/build.mjs', 'scripts/notices.mjs', 'package-lock.json'];

/**
 * `stamp` lies beside what was made, so that deleting the output makes the part out of date. It has the hash of what the part
 * was made of, and after it the folders of the packages that `build` has found in the bundle.
 */
const parts = {
  addon: {
    from: ['native', 'bpf', 'binding.gyp', 'package-lock.json'],
    makes: ['build/Release/sysprobe.node'],
    stamp: 'build/.addon-stamp',
    build: buildAddon,
  },
  programs: {
    from: ['src', ...bundlers],
    makes: ['dist/system-probe.js', 'dist/node-agent.js', 'dist/sysprobe.js'],
    stamp: 'dist/.programs-stamp',
    build: buildPrograms,
  },
  page: {
    from: ['src/web', 'src/map', 'src/lib', 'vite.config.ts', ...bundlers],
    makes: ['dist/web/index.html'],
    stamp: 'dist/.page-stamp',
    build: buildPage,
  },
};

/** @param {(keyof typeof parts)[]} names */
export async function build(names = Object.keys(parts)) {
  for (const name of names) {
    const part = parts[name];
    const stamp = join(root, part.stamp);
    const hash = contentHash(part.from);
    const isThere = part.makes.every((path) => existsSync(join(root, path)));
    if (isThere && readStamp(stamp)[0] === hash) continue;
    console.log(`sysprobe: building the ${name}`);
    const packages = await part.build();
    writeFileSync(stamp, [hash, ...packages].join('\n'));
  }
  const bundled = Object.values(parts).flatMap((part) => readStamp(join(root, part.stamp)).slice(1));
  if (bundled.length > 0) writeFileSync(join(root, notices), noticesOf(bundled));
}

function readStamp(path) {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
}

function buildAddon() {
  const options = { env: { ...process.env, JOBS: 'max' }, stdio: ['ignore', 'ignore', 'inherit'] };
  run(bin('node-gyp'), ['configure', 'build', '--silent', ...nodeHeaders()], options);
  return [];
}

async function buildPrograms() {
  const { build: bundle } = await import('esbuild');
  const { metafile } = await bundle({
    absWorkingDir: root,
    entryPoints: {
      'system-probe': 'src/probe/main.ts',
      'node-agent': 'src/agent/main.ts',
      sysprobe: 'src/cli/main.ts',
    },
    outdir: 'dist',
    bundle: true,
    // Finds its compiled part beside its own files; without it cbor-x decodes more slowly.
    external: ['cbor-extract'],
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    sourcemap: true,
    banner: { js: banner },
    logLevel: 'warning',
  }).catch(() => {
    throw new Refusal('the programs cannot be built; the errors are above');
  });
  for (const path of parts.programs.makes) chmodSync(join(root, path), 0o755);
  return packagesOf(Object.keys(metafile.inputs));
}

/** The page, and what lays out its graph, are bundles of their own. */
async function buildPage() {
  const { build: bundle } = await import('vite');
  const files = new Set();
  const listFiles = {
    name: 'list-files',
    generateBundle(_, chunks) {
      for (const { moduleIds = [] } of Object.values(chunks)) for (const id of moduleIds) files.add(id);
    },
  };
  await bundle({
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'warn',
    plugins: [listFiles],
    worker: { plugins: () => [listFiles] },
  }).catch((error) => {
    throw new Refusal(`the page cannot be built: ${error.message}`);
  });
  return packagesOf([...files].map((file) => relative(root, file)));
}

/** Of the sources by path and content, and of the Node that builds them; tests do not count. */
export function contentHash(paths) {
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
