import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from './package-root.ts';

it('gives every error code its heading in the documentation, and no others', () => {
  const source = readFileSync(join(packageRoot, 'src/lib/errors.ts'), 'utf8');
  const page = readFileSync(join(packageRoot, 'docs/errors.md'), 'utf8');
  const codes = [...source.matchAll(/'(SP_[A-Z_]+)'/g)].map(([, code]) => code);
  const headings = [...page.matchAll(/^### (\S+)$/gm)].map(([, heading]) => heading);
  expect(codes.length).toBeGreaterThan(0);
  expect(headings.toSorted()).toEqual(codes.toSorted());
});
