import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/package-root.ts';
import type { Document } from './documents.ts';

/** Kinds of operators, which Kubernetes' own types do not have. */
const foreign = ['PodMonitor', 'SecurityContextConstraints'];

/** The compiler's complaints about documents as literals of their types: an unknown field is one. */
export function complaints(documents: readonly Document[]): string {
  const known = documents.filter(({ kind }) => !foreign.includes(kind));
  const lines = known.map((document, index) => {
    const group = document.apiVersion.split('/').at(-2)?.replace(/\..*/, '') ?? 'core';
    const from = `kubernetes-types/${group}/${document.apiVersion.split('/').at(-1)}.d.ts`;
    const type = `import('${from}').${document.kind}`;
    return `export const document${index}: ${type} = ${JSON.stringify(document)};`;
  });
  // Inside the checkout, where the types are found.
  const folder = mkdtempSync(join(packageRoot, 'build/manifests-'));
  try {
    const path = join(folder, 'documents.ts');
    writeFileSync(path, lines.join('\n'));
    return compiled(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function compiled(path: string): string {
  const options = [
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--allowImportingTsExtensions',
    '--skipLibCheck',
  ];
  const tsc = join(packageRoot, 'node_modules/.bin/tsc');
  return spawnSync(tsc, [...options, path], { encoding: 'utf8' }).stdout;
}
