// Fetches a kernel of another Debian suite with apt, without touching the system's own sources or state.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../setup.mjs';
import { debianNames, suitesOf } from './matrix.mjs';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * The kernel's folder in `cache`, fetched when it is not there.
 *
 * @param {{ kernel: string, architecture: string }} wanted `kernel` is of the matrix
 * @param {string} cache
 * @returns {{ image: string, root: string, release: string }} `root` holds lib/modules/RELEASE
 */
export function fetchKernel(wanted, cache) {
  const root = join(cache, folderOf(wanted));
  if (!existsSync(root)) {
    mkdirSync(cache, { recursive: true });
    // In the cache, so that the rename is one step: what is there under its name is whole.
    const work = mkdtempSync(join(cache, '.fetch-'));
    try {
      unpack(download(wanted, work), join(work, 'kernel'));
      renameSync(join(work, 'kernel'), root);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  const [release] = readdirSync(join(root, 'lib/modules'));
  const images = [`boot/vmlinuz-${release}`, `lib/modules/${release}/vmlinuz`].map((path) =>
    join(root, path),
  );
  return { root, release, image: images.find(existsSync) };
}

const folderOf = ({ kernel, architecture }) =>
  architecture === 'x64' ? kernel : `${kernel}-${architecture}`;

/** Downloads the packages of the suite's newest kernel into `work`; returns their paths. */
function download({ kernel, architecture }, work) {
  const name = `linux-image-${debianNames[architecture]}`;
  const options = privateApt({ kernel, architecture }, work);
  const apt = (...args) => runTool('apt-get', [...options, '-qq', ...args], { cwd: work });
  const depends = (packageName, wanted) =>
    [...runTool('apt-cache', [...options, 'depends', packageName]).matchAll(/^ +Depends: (\S+)/gm)]
      .map(([, dependency]) => dependency)
      .filter((dependency) => wanted.test(dependency));
  apt('update');
  const [image] = depends(name, /^linux-image-\d/);
  if (image === undefined) throw new Refusal(`Debian's ${name} for ${kernel} names no kernel`);
  console.log(`sysprobe: fetching ${image}`);
  // Since 7.1 the image is empty, and what it was made of are packages of their own.
  apt('download', image, ...depends(image, /^linux-(base|binary|modules)-\d/));
  return readdirSync(work)
    .filter((file) => file.endsWith('.deb'))
    .map((file) => join(work, file));
}

/** Options that give apt sources and state of its own below `work`. */
function privateApt({ kernel, architecture }, work) {
  const { archive, security } = suitesOf(kernel);
  const mirrors = configuredMirrors();
  const sources = [`deb [signed-by=${keyring}] ${mirrors.archive} ${archive} main`];
  if (security) sources.push(`deb [signed-by=${keyring}] ${mirrors.security} ${security} main`);
  const list = join(work, 'sources.list');
  writeFileSync(list, `${sources.join('\n')}\n`);
  for (const folder of ['state/lists/partial', 'cache/archives/partial']) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  return [
    `Dir::Etc::SourceList=${list}`,
    'Dir::Etc::SourceParts=-',
    `Dir::State=${join(work, 'state')}`,
    'Dir::State::Status=/dev/null',
    `Dir::Cache=${join(work, 'cache')}`,
    // The user _apt may not be able to write below `work`.
    'APT::Sandbox::User=root',
    `APT::Architecture=${debianNames[architecture]}`,
    `APT::Architectures=${debianNames[architecture]}`,
    // The index of a suite that is no longer supported is not signed again.
    'Acquire::Check-Valid-Until=false',
  ].flatMap((option) => ['-o', option]);
}

/** The mirrors that this system's apt uses, for the main archive and for security updates. */
function configuredMirrors() {
  const format = '$(RELEASE) $(REPO_URI)';
  const lines = runTool('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']).split('\n');
  const mirror = (wanted) => lines.find((line) => wanted.test(line))?.split(' ')[1];
  const [archive, security] = [mirror(/^\w+ \S*debian/), mirror(/^\w+-security \S*debian/)];
  if (!archive || !security || !existsSync(keyring)) {
    throw new Refusal(
      'the kernels come from Debian: this system has no Debian mirror or keyring (debian-archive-keyring)',
    );
  }
  return { archive, security };
}

function unpack(archives, root) {
  for (const archive of archives) runTool('dpkg', ['-x', archive, root]);
  const merged = join(root, 'usr/lib/modules');
  if (existsSync(merged)) {
    mkdirSync(join(root, 'lib'), { recursive: true });
    renameSync(merged, join(root, 'lib/modules'));
  }
  const [release] = readdirSync(join(root, 'lib/modules'));
  runTool('depmod', ['-b', root, release]);
}

function runTool(command, args, options = {}) {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
  try {
    return execFileSync(command, args, {
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
    });
  } catch (error) {
    throw new Refusal(`${command} ${args.at(-1)} failed: ${(error.stderr || error.message).trim()}`);
  }
}
