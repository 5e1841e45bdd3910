// Measures: npm run bench [-- NAME...] prints the figures; with --write they also go to docs/benchmarks.md.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { root, runMain, setUp } from './setup.mjs';

await runMain(async () => {
  setUp('build', 'bench');
  await build();
  const tsx = join(root, 'node_modules/.bin/tsx');
  const { status } = spawnSync(tsx, ['bench/main.ts', ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
});
