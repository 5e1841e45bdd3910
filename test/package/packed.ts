import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/package-root.ts';

const script = (name: string) => join(packageRoot, 'scripts', name);

/** The package as `npm run package` makes it. */
export function packed(architectures: string): string {
  const output = execFileSync(process.execPath, [script('package.mjs'), '--arch', architectures], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return output.trimEnd().split('\n').at(-1) ?? '';
}

/** Puts a package of the registry into a folder. */
export function fetchPackage(spec: string, folder: string): void {
  execFileSync(process.execPath, [script('package/fetch.mjs'), spec, folder]);
}
