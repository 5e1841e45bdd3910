// Makes the npm package with prebuilt addons, and beside it in chart/ the chart, whose archive has the same name:
//   node scripts/package.mjs [--arch x64,arm64] [--to FOLDER]      this machine's architecture, into build/package

import { join, resolve } from 'node:path';
import { arch as machineArch } from 'node:process';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { packChart } from './package/chart.mjs';
import { architectures } from './package/libraries.mjs';
import { packTarball, version } from './package/tarball.mjs';
import { Refusal, root, runMain, setUp } from './setup.mjs';

await runMain(async () => {
  const { arch, to } = parseArgs({ options: { arch: { type: 'string' }, to: { type: 'string' } } }).values;
  const wanted = arch?.split(',') ?? [machineArch];
  const unknown = wanted.find((each) => !architectures.includes(each));
  if (unknown !== undefined) {
    throw new Refusal(`--arch ${unknown} is not known; architectures are ${architectures.join(', ')}`);
  }
  setUp('build', 'package', ...(wanted.some((each) => each !== machineArch) ? ['cross'] : []));
  await build(['programs', 'page']);
  const folder = to === undefined ? join(root, 'build/package') : resolve(to);
  console.log(packChart({ version, to: join(folder, 'chart') }));
  console.log(packTarball({ architectures: wanted, to: folder }));
});
