// Sets up, builds and runs the tests; arguments go to vitest:
//   npm test                        everything
//   npm test -- src/map             the tests of a folder
//   npm test -- --project unit      what needs no root
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { Refusal, root, runMain, setUp } from './setup.mjs';

await runMain(async () => {
  const args = process.argv.slice(2);
  if (process.getuid?.() !== 0 && args.length === 0) {
    throw new Refusal('the live tests need root: sudo npm test; what needs none: npm test -- --project unit');
  }
  setUp('build', 'test');
  await build();
  process.exitCode = runVitest(args);
});

function runVitest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-test-'));
  try {
    const report = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const vitest = join(root, 'node_modules/.bin/vitest');
    const { status } = spawnSync(vitest, ['run', ...reporters, ...args], { cwd: root, stdio: 'inherit' });
    if (!existsSync(report)) throw new Refusal('vitest ended without a report');
    console.log(closingLine(JSON.parse(readFileSync(report, 'utf8'))));
    return status ?? 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A file that failed before its tests could be counted counts as one. */
function closingLine({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults }) {
  const broken = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  );
  const skipped = numPendingTests + numTodoTests;
  const line = `${numPassedTests} passed, ${numFailedTests + broken.length} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}
