// The chart as `helm package` packs it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup.mjs';

const folder = join(root, 'manifests/chart');

/** What manifests/chart/.helmignore leaves out. */
const ignored = /(^|\/)\.|^ci(\/|$)/;

/** Packs into the folder `to`; gives the path of the archive. */
export function packChart({ version, to }) {
  mkdirSync(to, { recursive: true });
  const archive = join(to, `sysprobe-${version}.tgz`);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !ignored.test(path))
    .sort();
  const alike = ['--owner=0', '--group=0', '--numeric-owner', '--mode=u=rw,go=r', '--mtime=@0'];
  execFileSync('tar', [
    ...['-czf', archive, '-C', folder, ...alike],
    ...['--transform', 's,^,sysprobe/,', '--', ...files],
  ]);
  return archive;
}
