// Puts a package of the registry into a folder, for whichever platform it is:
//   node scripts/package/fetch.mjs NAME@VERSION FOLDER
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export function fetchPackage(spec, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] };
  const packed = execFileSync('npm', ['pack', spec, '--json', '--pack-destination', folder], options);
  const tarball = join(folder, JSON.parse(packed)[0].filename);
  execFileSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
  rmSync(tarball);
}

if (process.argv[1] === import.meta.filename) fetchPackage(process.argv[2], process.argv[3]);
