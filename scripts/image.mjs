// Builds the container image of both programs with podman, or docker where that is missing:
//   node scripts/image.mjs [--tag NAME] [--arch x64|arm64] [--base IMAGE]
// The base is a Debian 12 with Node.js at /usr/local/bin/node and its licence at /usr/local/LICENSE, as Node.js' own images have
// them; the image takes files of it and keeps no layer.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { arch as machineArch } from 'node:process';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { architectures } from './package/libraries.mjs';
import { packTarball, version } from './package/tarball.mjs';
import { commandExists, Refusal, root, run, runMain, setUp } from './setup.mjs';

const platforms = { x64: 'linux/amd64', arm64: 'linux/arm64' };

await runMain(async () => {
  const { tag, arch, base } = readArguments();
  setUp('build', 'package', ...(arch === machineArch ? [] : ['cross']));
  await build(['programs', 'page']);
  const context = join(root, 'build/image');
  rmSync(context, { recursive: true, force: true });
  mkdirSync(context, { recursive: true });
  copyFileSync(packTarball({ architectures: [arch], to: context }), join(context, 'sysprobe.tgz'));
  for (const script of ['sbom.mjs', 'image-sbom.mjs']) {
    copyFileSync(join(root, 'scripts/package', script), join(context, script));
  }
  const builder = ['podman', 'docker'].find(commandExists);
  if (builder === undefined) throw new Refusal('neither podman nor docker is here; install one of them');
  const isolation = builder === 'podman' ? ['--isolation', 'chroot', '--layers=false'] : [];
  run(builder, [
    ...[
      'build',
      ...isolation,
      '--platform',
      platforms[arch],
      '--tag',
      tag,
      '--file',
      join(root, 'Containerfile'),
    ],
    ...(base === undefined ? [] : ['--build-arg', `BASE=${base}`]),
    ...['--build-arg', `VERSION=${version}`, '--build-arg', `REVISION=${revision()}`, context],
  ]);
});

function readArguments() {
  const options = { tag: { type: 'string' }, arch: { type: 'string' }, base: { type: 'string' } };
  const { tag = `sysprobe:${version}`, arch = machineArch, base } = parseArgs({ options }).values;
  if (!architectures.includes(arch)) {
    throw new Refusal(`--arch ${arch} is not known; architectures are ${architectures.join(', ')}`);
  }
  return { tag, arch, base };
}

function revision() {
  return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
}
