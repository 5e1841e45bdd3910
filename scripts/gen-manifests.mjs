// Renders manifests/ with kustomize into files that `kubectl apply -f` takes:
//   node scripts/gen-manifests.mjs           writes them; needs kubectl
//   node scripts/gen-manifests.mjs --check   fails when they are not current; without kubectl, by a digest alone
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandExists, Refusal, root, runMain } from './setup.mjs';

const sources = ['base', 'components', 'overlays'].map((name) => join(root, 'manifests', name));

const rendered = {
  'manifests/install.yaml': 'manifests/base',
  'manifests/rendered/exposed.yaml': 'manifests/overlays/exposed',
  'manifests/rendered/datadog-names.yaml': 'manifests/overlays/datadog-names',
  'manifests/rendered/openshift.yaml': 'manifests/overlays/openshift',
  'manifests/rendered/without-sys-admin.yaml': 'manifests/overlays/without-sys-admin',
};

await runMain(() => {
  const check = process.argv.includes('--check');
  const hasKubectl = commandExists('kubectl');
  if (!check && !hasKubectl) throw new Refusal('manifests are rendered with kubectl, which is not here');
  const stale = Object.entries(rendered).filter(([path, folder]) => {
    const current = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '';
    const wanted = hasKubectl ? `${head(folder)}${kustomize(folder)}` : undefined;
    if (!check) writeFileSync(join(root, path), wanted);
    return wanted === undefined ? !current.startsWith(head(folder)) : current !== wanted;
  });
  if (!check) return;
  for (const [path] of stale) console.error(`${path} is not what manifests/ gives; run: npm run generate`);
  if (stale.length > 0) process.exitCode = 1;
});

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
  for (const folder of sources) {
    for (const path of readdirSync(folder, { recursive: true }).sort()) {
      if (/\.ya?ml$/.test(path)) hash.update(`\0${path}\0`).update(readFileSync(join(folder, path)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
