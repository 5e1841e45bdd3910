import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/lib/package-root.ts';

function run(...args: string[]) {
  const script = join(packageRoot, 'scripts/test-kernels.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('test:kernels', () => {
  it.each([
    [['4.19'], 'sysprobe: there is no guest 4.19; guests are 5.10, '],
    [['--timeout', 'soon'], 'sysprobe: --timeout soon is not a number of seconds\n'],
    [['--kernel', '5.10'], "sysprobe: Unknown option '--kernel'"],
  ])('refuses %j in one line, before it does anything', (args, message) => {
    const { status, stdout, stderr } = run(...args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
