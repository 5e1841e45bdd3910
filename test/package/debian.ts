import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../build/package');

/** A tar of a minimal Debian, made once from Debian's packages and kept with what is built. */
export function debianArchive(): string {
  const archive = join(folder, 'debian-bookworm.tar');
  if (existsSync(archive)) return archive;
  mkdirSync(folder, { recursive: true });
  const unfinished = join(folder, 'unfinished-debian.tar');
  const options = ['--quiet', '--variant=minbase', 'bookworm', unfinished, 'http://deb.debian.org/debian'];
  execFileSync('mmdebstrap', options, { stdio: ['ignore', 'ignore', 'inherit'] });
  renameSync(unfinished, archive);
  return archive;
}
