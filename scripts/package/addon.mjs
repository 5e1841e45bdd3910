// The prebuilt addon: nothing but the C and C++ runtime is left to find on the machine where it is installed.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nodeHeaders, root, run } from '../setup.mjs';
import { staticLibraries, toolsOf } from './libraries.mjs';

/** Builds in a folder of its own, so that the checkout's addon stays; gives the path of the stripped addon. */
export function prebuiltAddon(arch) {
  const libraries = staticLibraries(arch);
  const folder = join(root, 'build/package', `addon-${arch}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const path of ['binding.gyp', 'package.json', 'native', 'bpf'])
    cpSync(join(root, path), join(folder, path), { recursive: true });
  console.log(`sysprobe: building the addon for ${arch}`);
  const tools = toolsOf(arch);
  const gyp = (step, ...rest) =>
    run(
      join(root, 'node_modules/.bin/node-gyp'),
      [step, '--silent', `--arch=${arch}`, ...nodeHeaders(), ...rest],
      {
        cwd: folder,
        env: { ...process.env, ...tools, NODE_PATH: join(root, 'node_modules'), JOBS: 'max' },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
  gyp('configure', '--', `-Dstatic_libraries=${libraries}`);
  gyp('build');
  const addon = join(folder, 'build/Release/sysprobe.node');
  run(tools.STRIP, ['--strip-unneeded', addon]);
  return addon;
}
