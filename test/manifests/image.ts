import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/package-root.ts';
import { command } from '../containers/command.ts';
import type { Podman } from '../containers/podman.ts';
import { type Architecture, debianArchive, debianNames } from '../package/debian.ts';
import { fetchPackage } from '../package/packed.ts';

const NODE = '24.21.0';

/**
 * Builds the image by the Containerfile, on a base that is put together from Debian's packages and a release of Node.js:
 * no registry of images is asked. Gives its name.
 */
export async function buildImage(
  podman: Podman,
  folder: string,
  architecture: Architecture = 'x64',
): Promise<string> {
  const base = join(folder, 'base.tar');
  copyFileSync(debianArchive(architecture), base);
  fetchPackage(`node-linux-${architecture}@${NODE}`, join(folder, 'usr/local'));
  const ofNode = ['./usr/local/bin/node', './usr/local/LICENSE'];
  await command('tar', ['-C', folder, '--owner=0', '--group=0', '-rf', base, ...ofNode]);
  await podman.call(['import', '--arch', debianNames[architecture], base, 'localhost/node']);
  const image = 'localhost/sysprobe:test';
  const script = join(packageRoot, 'scripts/image.mjs');
  const flags = ['--base', 'localhost/node', '--tag', image, '--arch', architecture];
  const options = { env: { ...process.env, ...podman.env }, stdio: 'pipe' } as const;
  execFileSync(process.execPath, [script, ...flags], options);
  return image;
}
