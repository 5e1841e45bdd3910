// The prebuilt addon: nothing but the C and C++ runtime is left to find on the machine where it is installed.
import { cpSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { contentHash } from '../build.mjs';
import { nodeHeaders, root, run } from '../setup.mjs';
import { staticLibraries, toolsOf } from './libraries.mjs';

const sources = ['binding.gyp', 'package.json', 'native', 'bpf'];

/** Builds what is missing, in a folder of its own so that the checkout's addon stays; gives the path of the stripped addon. */
export function prebuiltAddon(arch) {
  const libraries = staticLibraries(arch);
  const target = join(
    root,
    'build/package',
    `addon-${arch}-${contentHash([...sources, 'package-lock.json']).slice(0, 12)}`,
  );
  const addon = 'build/Release/sysprobe.node';
  if (existsSync(target)) return join(target, addon);
  const folder = `${target}.${process.pid}`;
  mkdirSync(folder, { recursive: true });
  for (const path of sources) cpSync(join(root, path), join(folder, path), { recursive: true });
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
  run(tools.STRIP, ['--strip-unneeded', join(folder, addon)]);
  renameSync(folder, target);
  return join(target, addon);
}
