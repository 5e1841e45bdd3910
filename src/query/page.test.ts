import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Page } from './page.ts';

function folder(files: Record<string, string>): string {
  const path = mkdtempSync(join(tmpdir(), 'sysprobe-page-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  mkdirSync(join(path, 'assets'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}

const FILES = { 'index.html': '<!doctype html>', 'assets/index-B5Rp3dLk.js': 'run()', 'icon.svg': '<svg/>' };

it('serves the page and its files with their types', async () => {
  const page = new Page(folder(FILES));
  const index = page.answer('/', undefined);
  expect(await index?.text()).toBe('<!doctype html>');
  expect(index?.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(page.answer('/icon.svg', undefined)?.headers.get('content-type')).toBe('image/svg+xml');
});

it('lets a file that is named by its content be kept, and the others be asked for', () => {
  const page = new Page(folder(FILES));
  const cache = (path: string) => page.answer(path, undefined)?.headers.get('cache-control');
  expect(cache('/assets/index-B5Rp3dLk.js')).toBe('public, max-age=31536000, immutable');
  expect(cache('/')).toBe('no-cache');
});

it('does not send again what the client has', () => {
  const page = new Page(folder(FILES));
  const etag = page.answer('/', undefined)?.headers.get('etag') ?? undefined;
  expect(page.answer('/', etag)?.status).toBe(304);
  expect(page.answer('/icon.svg', etag)?.status).toBe(200);
});

it.each([
  '/missing.js',
  '/../page.ts',
  '/..%2fpage.ts',
  '/assets',
  '/assets/../../etc/passwd',
  '//etc/passwd',
])('has nothing at %s', (path) => {
  expect(new Page(folder(FILES)).answer(path, undefined)).toBeUndefined();
});

it('says how to build it when it is missing, and serves it when it was built', async () => {
  const path = folder({});
  const page = new Page(path);
  const missing = page.answer('/', undefined);
  expect(missing?.status).toBe(503);
  expect(await missing?.text()).toContain('npm run build');
  writeFileSync(join(path, 'index.html'), 'built');
  expect(await page.answer('/', undefined)?.text()).toBe('built');
});
