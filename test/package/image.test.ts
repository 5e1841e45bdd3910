import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { version } from '../../src/lib/package-root.ts';
import { Podman } from '../containers/podman.ts';
import { buildImage } from '../manifests/image.ts';

const folder = mkdtempSync(join(tmpdir(), 'sysprobe-image-'));
let podman: Podman;
let image: string;

beforeAll(async () => {
  podman = await Podman.create();
  image = await buildImage(podman, folder, ['x64', 'arm64']);
});

afterAll(async () => {
  await podman?.close();
  rmSync(folder, { recursive: true, force: true });
});

it.each(['amd64', 'arm64'])('one name has the image for %s, whose programs run', async (architecture) => {
  const run = (line: readonly string[]) =>
    podman.call(['run', '--rm', '--network', 'none', '--arch', architecture, image, ...line]);
  expect(await run(['node-agent', '--version'])).toBe(`node-agent ${version}`);
  expect(await run(['node', '-p', 'process.arch'])).toBe({ amd64: 'x64', arm64: 'arm64' }[architecture]);
});
