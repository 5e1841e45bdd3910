// The files of the container image, which a guest runs.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { contentHash } from '../build.mjs';
import { withEmulation } from '../emulation.mjs';
import { run } from '../setup.mjs';

const sources = [
  ...['src', 'native', 'bpf', 'binding.gyp', 'package-lock.json', 'Containerfile'],
  ...['scripts/package', 'scripts/build.mjs', 'scripts/image.mjs'],
];

/**
 * The folder of the files, made when something that the image is made of has changed.
 *
 * @param {{ program: string, architecture: string, cache: string }} options `program` is test/kernels/image.ts, bundled
 * @returns {string}
 */
export function imageFiles({ program, architecture, cache }) {
  const target = join(cache, `image-${architecture}-${contentHash(sources).slice(0, 12)}`);
  if (existsSync(target)) return target;
  console.log(`sysprobe: building the image for ${architecture}`);
  const unfinished = `${target}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  withEmulation(architecture, () => run(process.execPath, [program, architecture, unfinished]));
  renameSync(unfinished, target);
  return target;
}
