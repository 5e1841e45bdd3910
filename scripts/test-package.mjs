// Installs the package where nothing else is, on each release of Node.js that it supports, and for arm64:
//   npm run test:package
import { run, runMain, setUp } from './setup.mjs';

await runMain(async () => {
  setUp('build', 'package', 'cross', 'check', 'system');
  run('node_modules/.bin/vitest', ['run', '--config', 'vitest.package.config.ts']);
});
