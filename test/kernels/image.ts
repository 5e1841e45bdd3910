/**
 * Builds the image and puts its files into a folder, for the guests: node image.mjs x64|arm64 FOLDER.
 * It is run on the host by `npm run test:kernels`.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from '../containers/command.ts';
import { Podman } from '../containers/podman.ts';
import { buildImage } from '../manifests/image.ts';
import { type Architecture, debianNames } from '../package/debian.ts';

const [, , architecture = 'x64', target = 'image'] = process.argv;
await writeFiles(architecture as Architecture, target);

async function writeFiles(architecture: Architecture, target: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-image-'));
  const podman = await Podman.create();
  try {
    const image = await buildImage(podman, folder, [architecture]);
    const id = await podman.call(['create', '--arch', debianNames[architecture], image]);
    const archive = join(folder, 'files.tar');
    await podman.call(['export', '--output', archive, id]);
    mkdirSync(target, { recursive: true });
    await command('tar', ['-C', target, '-xf', archive]);
  } finally {
    await podman.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
