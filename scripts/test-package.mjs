// Installs the package where nothing else is, on each release of Node.js that it supports, and for arm64:
//   npm run test:package [-- OPTIONS OF VITEST]
import { withEmulation } from './emulation.mjs';
import { run, runMain, setUp } from './setup.mjs';

await runMain(async () => {
  setUp('build', 'package', 'cross', 'check', 'system');
  const vitest = ['run', '--config', 'vitest.package.config.ts', ...process.argv.slice(2)];
  withEmulation('arm64', () => run('node_modules/.bin/vitest', vitest));
});
