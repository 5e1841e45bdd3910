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
  architectures: readonly Architecture[] = ['x64'],
): Promise<string> {
  const base = 'localhost/node';
  await podman.call(['manifest', 'create', base]);
  for (const architecture of architectures) {
    const name = await importBase(podman, join(folder, architecture), architecture);
    await podman.call(['manifest', 'add', base, `containers-storage:${name}`]);
  }
  const image = 'localhost/sysprobe:test';
  const script = join(packageRoot, 'scripts/image.mjs');
  const flags = ['--base', base, '--tag', image, '--arch', architectures.join(',')];
  const options = { env: { ...process.env, ...podman.env }, stdio: 'pipe' } as const;
  execFileSync(process.execPath, [script, ...flags], options);
  return image;
}

async function importBase(podman: Podman, folder: string, architecture: Architecture): Promise<string> {
  fetchPackage(`node-linux-${architecture}@${NODE}`, join(folder, 'usr/local'));
  const archive = join(folder, 'base.tar');
  copyFileSync(debianArchive(architecture), archive);
  const ofNode = ['./usr/local/bin/node', './usr/local/LICENSE'];
  await command('tar', ['-C', folder, '--owner=0', '--group=0', '-rf', archive, ...ofNode]);
  const name = `localhost/node-${architecture}`;
  await podman.call(['import', '--arch', debianNames[architecture], archive, name]);
  return name;
}
