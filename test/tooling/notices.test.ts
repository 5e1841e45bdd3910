import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packageRoot } from '../../src/lib/package-root.ts';

const folder = mkdtempSync(join(tmpdir(), 'sysprobe-notices-'));
const notices = join(packageRoot, 'dist/THIRD-PARTY-LICENSES.txt');
/** What the maps of the page's own scripts say they were made of. */
let inPage: string[];

beforeAll(() => {
  execFileSync(
    'npx',
    ['vite', 'build', '--logLevel', 'warn', '--sourcemap', '--outDir', folder, '--emptyOutDir'],
    {
      cwd: packageRoot,
    },
  );
  const assets = join(folder, 'assets');
  const maps = readdirSync(assets).filter((name) => name.endsWith('.js.map'));
  const sources = maps.flatMap((name) => JSON.parse(readFileSync(join(assets, name), 'utf8')).sources);
  const names = sources.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  inPage = [...new Set(names)];
});

afterAll(() => rmSync(folder, { recursive: true }));

it('the licence of every package is given that is in the page or the programs', () => {
  const texts = readFileSync(notices, 'utf8').split(/^-{78}$/m);
  const given = texts.map((text) => /^(\S+) \S+ \(/.exec(text.trim())?.[1]);
  expect(inPage).toEqual(expect.arrayContaining(['preact', '@preact/signals-core', 'd3-force', 'd3-zoom']));
  expect(given).toEqual(expect.arrayContaining([...inPage, 'cbor-x', 'hono', 'pino']));
  expect(given).not.toContain('vite');
  for (const text of texts) expect(text).toMatch(/copyright|license/i);
});

it('the list of what the package is made of has them too', async () => {
  const { sbom } = await import(join(packageRoot, 'scripts/package/sbom.mjs'));
  const manifest = { name: 'sysprobe', version: '1.0.0', license: 'Apache-2.0' };
  const { packages } = sbom(manifest, { notices, licences: mkdtempSync(join(folder, 'none-')), carried: [] });
  const named: { name: string; licenseDeclared: string }[] = packages;
  expect(named.map(({ name }) => name)).toEqual(expect.arrayContaining([...inPage, 'cbor-x']));
  expect(named.find(({ name }) => name === 'd3-ease')).toMatchObject({ licenseDeclared: 'BSD-3-Clause' });
});
