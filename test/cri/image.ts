import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../containers/command.ts';
import { makeRootfs } from '../containers/rootfs.ts';

/** As a cluster's registry would name them. */
export const IMAGES = {
  pause: 'registry.test/pause:3.9',
  shop: 'registry.test/shop/app:1.4.2',
  database: 'registry.test/shop/database:16',
} as const;

/** Makes an archive of busybox in the form of `docker save`, so that no registry is needed; gives its path. */
export async function makeImageArchive(folder: string): Promise<string> {
  const [rootfs, content] = [join(folder, 'rootfs'), join(folder, 'image')];
  mkdirSync(rootfs);
  mkdirSync(content);
  await makeRootfs(rootfs);
  const layer = join(content, 'layer.tar');
  await command('tar', ['-C', rootfs, '-cf', layer, '.']);
  const diffId = sha256(readFileSync(layer));
  const manifests = Object.values(IMAGES).map((name) => {
    // Something of its own: images of one content are one image to containerd, with the first of their names.
    const config = JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { Cmd: ['/bin/sleep', '600'], Env: ['PATH=/bin'], Labels: { name } },
      rootfs: { type: 'layers', diff_ids: [`sha256:${diffId}`] },
    });
    const configName = `${sha256(config)}.json`;
    writeFileSync(join(content, configName), config);
    return { Config: configName, RepoTags: [name], Layers: ['layer.tar'] };
  });
  writeFileSync(join(content, 'manifest.json'), JSON.stringify(manifests));
  const archive = join(folder, 'image.tar');
  await command('tar', ['-C', content, '-cf', archive, ...readdirSync(content)]);
  return archive;
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
