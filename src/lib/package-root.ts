import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function find(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'sysprobe') return folder;
    if (folder === dirname(folder)) throw new Error('package.json of sysprobe was not found above this file');
  }
}

/** Where the package is installed: the same from src/ and from the bundles in dist/. */
export const packageRoot = find();

export const version: string = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')).version;
