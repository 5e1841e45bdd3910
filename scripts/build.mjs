// Builds what runs, each part only when what it is made of has changed:
//   node scripts/build.mjs [--only addon|programs|page]
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeHeaders, Refusal, root, run, runMain, setUp } from './setup.mjs';

const notices = 'dist/THIRD-PARTY-LICENSES.txt';

/** Packages in the CommonJS form that are bundled ask for `require`, which a module lacks. */
const banner = `#!/usr/bin/env node
import { createRequire as createRequireOf } from 'node:module';
const require = createRequireOf(import.meta.url);`;

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
    makes: ['dist/system-probe.js', 'dist/node-agent.js', 'dist/sysprobe.js', notices],
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
  const options = { env: { ...process.env, JOBS: 'max' }, stdio: ['ignore', 'ignore', 'inherit'] };
  run(bin('node-gyp'), ['configure', 'build', '--silent', ...nodeHeaders()], options);
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
  writeFileSync(join(root, notices), noticesOf(metafile));
  for (const path of parts.programs.makes) if (path !== notices) chmodSync(join(root, path), 0o755);
}

/** The licence of every package that is part of a bundle, as the licences ask. */
function noticesOf({ inputs }) {
  const packages = Object.keys(inputs).flatMap(
    (path) => /^node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [],
  );
  const texts = [...new Set(packages)].sort().map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, path)).find((entry) => /^licen[cs]e/i.test(entry));
    return `${name} ${version} (${license})\n\n${file ? readFileSync(join(root, path, file), 'utf8').trim() : ''}\n`;
  });
  return texts.join(`\n${'-'.repeat(78)}\n\n`);
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
