import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/package-root.ts';

const folder = join(packageRoot, 'build/package');

/** Debian's names of architectures by those of Node.js. */
export const debianNames = { x64: 'amd64', arm64: 'arm64' };

/** Of Debian; the binary that Node.js 26 publishes is linked against it. */
const ADDED = 'libatomic1';

export type Architecture = keyof typeof debianNames;

/** A tar of a minimal Debian, made once from Debian's packages and kept with what is built. */
export function debianArchive(architecture: Architecture = 'x64'): string {
  const name = debianNames[architecture];
  const archive = join(folder, `debian-bookworm-${ADDED}-${name}.tar`);
  if (existsSync(archive)) return archive;
  mkdirSync(folder, { recursive: true });
  const unfinished = join(folder, `unfinished-debian-${name}.tar`);
  const options = ['--quiet', '--variant=minbase', `--include=${ADDED}`, `--architectures=${name}`];
  const from = ['bookworm', unfinished, 'http://deb.debian.org/debian'];
  execFileSync('mmdebstrap', [...options, ...from], { stdio: ['ignore', 'ignore', 'inherit'] });
  renameSync(unfinished, archive);
  return archive;
}
