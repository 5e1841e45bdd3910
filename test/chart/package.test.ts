import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { packageRoot, version } from '../../src/lib/package-root.ts';
import { buildRenderer, chartFolder, renderWith } from './chart.ts';

const folder = mkdtempSync(join(tmpdir(), 'sysprobe-chart-'));

afterAll(() => rmSync(folder, { recursive: true }));

it('the archive renders as its sources do, and has nothing of the tests', async () => {
  const { packChart } = await import(join(packageRoot, 'scripts/package/chart.mjs'));
  const archive = packChart({ version, to: folder });
  expect(archive).toBe(join(folder, `sysprobe-${version}.tgz`));
  const names = execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' }).trimEnd().split('\n');
  expect(names).toContain('sysprobe/Chart.yaml');
  expect(names).toContain('sysprobe/templates/tests/check.yaml');
  expect(names.filter((name) => !/^sysprobe\/([\w]+\.[\w.]+|templates\/[\w./]+)$/.test(name))).toEqual([]);

  expect(readFileSync(join(chartFolder, '.helmignore'), 'utf8')).toBe('.*\nci/\n');

  execFileSync('tar', ['-xzf', archive, '-C', folder]);
  const renderer = buildRenderer();
  expect(renderWith(renderer, { chart: join(folder, 'sysprobe') })).toEqual(renderWith(renderer));
});
