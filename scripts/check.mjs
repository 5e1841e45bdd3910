// Everything about the tree that a machine can judge. All checks run; the exit code is 1 when one failed.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runMain, setUp } from './setup.mjs';

const bin = (name) => join(root, 'node_modules/.bin', name);

const checks = () => [
  [
    'format, lint, import rules',
    bin('biome'),
    'ci',
    '--error-on-warnings',
    '--diagnostic-level=warn',
    '--colors=off',
    '.',
  ],
  ['types', bin('tsc'), '-p', 'tsconfig.json'],
  ['types of the page', bin('tsc'), '-p', 'src/web'],
  ['generated decoders', bin('tsx'), 'scripts/gen-events.ts', '--check'],
  ['BPF objects', process.execPath, 'scripts/bpf.mjs', '--check'],
  ['C and C++ format', 'clang-format-14', '--dry-run', '--Werror', ...cSources()],
  ['rendered manifests', process.execPath, 'scripts/gen-manifests.mjs', '--check'],
  ['schema and table of the chart', bin('tsx'), 'scripts/gen-chart.ts', '--check'],
  ['schemas of the API', bin('tsx'), 'scripts/gen-schemas.ts', '--check'],
  ['documentation tables', bin('tsx'), 'scripts/gen-docs.ts', '--check'],
];

function cSources() {
  const { stdout } = spawnSync('git', ['ls-files', '*.c', '*.cc', '*.h'], { cwd: root, encoding: 'utf8' });
  return stdout.trimEnd().split('\n');
}

/** What npm would publish or run must exist. */
function packageProblems() {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const problems = [];
  if (lock.packages[''].version !== manifest.version) problems.push('package-lock.json has another version');
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    if (JSON.stringify(lock.packages[''][kind]) !== JSON.stringify(manifest[kind])) {
      problems.push(`package-lock.json has other ${kind}; run: npm install`);
    }
  }
  for (const name of ['preinstall', 'install', 'postinstall']) {
    if (manifest.scripts[name]) problems.push(`script ${name}: installing the package must run nothing`);
  }
  const scripts = Object.values(manifest.scripts).flatMap((script) => script.match(/scripts\/\S+/g) ?? []);
  const published = manifest.files.filter(
    (path) => !['dist', 'prebuilds', 'sbom.spdx.json'].includes(path) && !path.includes('*'),
  );
  for (const path of [...scripts, ...published]) {
    if (!existsSync(join(root, path))) problems.push(`package.json names ${path}, which is not there`);
  }
  return problems;
}

function runCheck([name, command, ...args]) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.on('error', (error) => output.push(Buffer.from(`${error.message}\n`)));
    child.on('close', (code) => resolve(report(name, code === 0, Buffer.concat(output).toString(), started)));
  });
}

function report(name, passed, output, started) {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (!passed) console.log(output.trimEnd().replace(/^/gm, '       '));
  return passed;
}

await runMain(async () => {
  setUp('check');
  const problems = packageProblems();
  const results = [report('package', problems.length === 0, problems.join('\n'), performance.now())];
  for (const check of checks()) results.push(await runCheck(check));
  if (results.includes(false)) process.exitCode = 1;
});
