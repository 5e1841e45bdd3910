// Gives manifests/ the version of package.json, and renders them with kustomize into files that `kubectl apply -f` takes:
//   node scripts/gen-manifests.mjs           writes them; needs kubectl
//   node scripts/gen-manifests.mjs --check   fails when they are not current; without kubectl, by a digest alone
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { commandExists, Refusal, root, runMain } from './setup.mjs';

const rendered = {
  'manifests/install.yaml': 'manifests/base',
  'manifests/rendered/exposed.yaml': 'manifests/overlays/exposed',
  'manifests/rendered/datadog-names.yaml': 'manifests/overlays/datadog-names',
  'manifests/rendered/openshift.yaml': 'manifests/overlays/openshift',
  'manifests/rendered/runtime-names.yaml': 'manifests/overlays/runtime-names',
  'manifests/rendered/without-sys-admin.yaml': 'manifests/overlays/without-sys-admin',
};

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

await runMain(() => {
  const check = process.argv.includes('--check');
  const outdated = versioned().filter(([path, current, wanted]) => {
    if (!check && current !== wanted) writeFileSync(path, wanted);
    return current !== wanted;
  });
  const hasKubectl = commandExists('kubectl');
  if (!check && !hasKubectl) throw new Refusal('manifests are rendered with kubectl, which is not here');
  const stale = Object.entries(rendered).filter(([path, folder]) => {
    const current = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '';
    const wanted = hasKubectl ? `${head(folder)}${kustomize(folder)}` : undefined;
    if (!check) writeFileSync(join(root, path), wanted);
    return wanted === undefined ? !current.startsWith(head(folder)) : current !== wanted;
  });
  if (!check) return;
  for (const [path] of outdated)
    console.error(`${path} has another version than package.json; run: npm run generate`);
  for (const [path] of stale) console.error(`${path} is not what manifests/ gives; run: npm run generate`);
  if (outdated.length + stale.length > 0) process.exitCode = 1;
});

/** Each file that names the version: its path, its text, and its text with the version as it is. */
function versioned() {
  const others = ['check-job.yaml', 'chart/Chart.yaml'].map((name) => join(root, 'manifests', name));
  return [...sourceFiles(), ...others].map((path) => {
    const text = readFileSync(path, 'utf8');
    const place = /((?:appVersion|newTag|version): |image: sysprobe:)\d[-+.\w]*/g;
    return [path, text, text.replace(place, `$1${version}`)];
  });
}

function head(folder) {
  return `# Rendered from ${folder} (npm run generate). Do not edit.\n# sources ${digest()}\n`;
}

function kustomize(folder) {
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Refusal(`kubectl kustomize ${folder} failed: ${stderr.trim()}`);
  return stdout;
}

function digest() {
  const hash = createHash('sha256');
  for (const path of sourceFiles()) {
    hash.update(`\0${relative(join(root, 'manifests'), path)}\0`).update(readFileSync(path));
  }
  return hash.digest('hex').slice(0, 16);
}

function sourceFiles() {
  const folders = ['base', 'components', 'overlays'].map((name) => join(root, 'manifests', name));
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true })
      .sort()
      .filter((path) => /\.ya?ml$/.test(path))
      .map((path) => join(folder, path)),
  );
}
