// The licences of what is inside the bundles, as they ask to be given with it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal, root } from './setup.mjs';

/** The folders of the packages that files are of. */
export function packagesOf(files) {
  const folders = files.flatMap((file) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

export function noticesOf(folders) {
  const installed = [...new Set(folders)].sort().filter((folder) => existsSync(join(root, folder)));
  const texts = installed.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined)
      throw new Refusal(`${folder} has no text of its licence to give with the bundles`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(root, folder, file), 'utf8').trim()}\n`;
  });
  return texts.join(`\n${'-'.repeat(78)}\n\n`);
}
