// Builds the container image of both programs with podman, or docker where that is missing:
//   node scripts/image.mjs [--tag NAME] [--arch x64,arm64] [--base IMAGE]      this machine's architecture
// The base is a Debian 12 with Node.js at /usr/local/bin/node and its licence at /usr/local/LICENSE, as Node.js' own images have
// them; the image takes files of it and keeps no layer. Of two architectures, podman makes one name that has both.
import { execFileSync, spawnSync } from 'node:child_process';
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
  const { tag, wanted, base } = readArguments();
  const builder = builderFor(wanted);
  setUp('build', 'package', ...(wanted.some((arch) => arch !== machineArch) ? ['cross'] : []));
  await build(['programs', 'page']);
  const isOne = wanted.length === 1;
  if (!isOne) makeList(builder, tag);
  for (const arch of wanted) {
    const context = makeContext(arch);
    run(builder, [
      ...['build', ...(builder === 'podman' ? ['--isolation', 'chroot', '--layers=false'] : [])],
      ...['--platform', platforms[arch], isOne ? '--tag' : '--manifest', tag],
      ...['--file', join(root, 'Containerfile')],
      ...(base === undefined ? [] : ['--build-arg', `BASE=${base}`]),
      ...['--build-arg', `VERSION=${version}`, '--build-arg', `REVISION=${revision()}`, context],
    ]);
  }
});

function readArguments() {
  const options = { tag: { type: 'string' }, arch: { type: 'string' }, base: { type: 'string' } };
  const { tag = `sysprobe:${version}`, arch = machineArch, base } = parseArgs({ options }).values;
  const wanted = [...new Set(arch.split(','))];
  const unknown = wanted.find((each) => !architectures.includes(each));
  if (unknown !== undefined) {
    throw new Refusal(`--arch ${unknown} is not known; architectures are ${architectures.join(', ')}`);
  }
  return { tag, wanted, base };
}

function builderFor(wanted) {
  const builder = ['podman', 'docker'].find(commandExists);
  if (builder === undefined) throw new Refusal('neither podman nor docker is here; install one of them');
  if (builder === 'docker' && wanted.length > 1) {
    throw new Refusal(
      'docker joins architectures in a registry alone: build each with its own --arch and --tag, push them, and ' +
        'run docker buildx imagetools create; or install podman',
    );
  }
  return builder;
}

/** Without what an earlier build has left in it. */
function makeList(builder, tag) {
  if (spawnSync(builder, ['manifest', 'exists', tag]).status === 0) run(builder, ['manifest', 'rm', tag]);
  run(builder, ['manifest', 'create', tag], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** What the Containerfile copies. */
function makeContext(arch) {
  const context = join(root, `build/image-${arch}`);
  rmSync(context, { recursive: true, force: true });
  mkdirSync(context, { recursive: true });
  copyFileSync(packTarball({ architectures: [arch], to: context }), join(context, 'sysprobe.tgz'));
  for (const script of ['sbom.mjs', 'image-sbom.mjs']) {
    copyFileSync(join(root, 'scripts/package', script), join(context, script));
  }
  return context;
}

function revision() {
  return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
}
