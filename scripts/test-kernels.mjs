// Runs sysprobe on the kernels of several Debian releases, each in an emulated machine of its own:
//   npm run test:kernels                 every guest
//   npm run test:kernels -- 5.10 6.1     some of them
//   npm run test:kernels -- here         the test program on the running kernel, without a guest
// --group NAME, repeatable, runs only these groups of cases and does not keep their result; --document writes
// docs/kernel-support.md from the last whole run of each; --timeout SECONDS (1200) is for one guest.
// Kernels, consoles and reports are kept in build/kernels; a kernel is fetched again when its folder is deleted.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { boot } from './kernels/boot.mjs';
import { writeDocument } from './kernels/document.mjs';
import { fetchKernel } from './kernels/fetch.mjs';
import { imageFiles } from './kernels/image.mjs';
import { makeInitramfs } from './kernels/initramfs.mjs';
import { guests } from './kernels/matrix.mjs';
import { failuresOf, totalsOf } from './kernels/result.mjs';
import { systemFiles } from './kernels/system.mjs';
import { Refusal, root, runMain, setUp } from './setup.mjs';

const here = 'here';
const folder = join(root, 'build/kernels');
const program = join(folder, 'guest.mjs');
const imageProgram = join(folder, 'image.mjs');

await runMain(async () => {
  const { names, groups, timeoutMs, document } = readArguments();
  if (process.arch !== 'x64') throw new Refusal(`the guests are x86-64; this machine is ${process.arch}`);
  setUp('build', 'kernels');
  await build(['addon', 'programs']);
  await bundlePrograms();
  const needsImage = needImage(groups);
  let failed = 0;
  for (const name of names) {
    const options = { groups: groupsOf(name, groups), needsImage: needsImage(name), timeoutMs };
    const result = name === here ? runHere(options) : await runGuest(name, options);
    if (groups.length === 0) keep(name, result);
    if (!say(name, result)) failed++;
  }
  if (document) writeDocument(join(folder, 'results'), join(root, 'docs/kernel-support.md'));
  console.log(`${names.length - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
});

function readArguments() {
  const options = {
    document: { type: 'boolean', default: false },
    group: { type: 'string', multiple: true, default: [] },
    timeout: { type: 'string', default: '1200' },
  };
  const { values, positionals } = parse({ allowPositionals: true, options });
  const seconds = Number(values.timeout);
  if (!(seconds > 0)) throw new Refusal(`--timeout ${values.timeout} is not a number of seconds`);
  const all = guests.map(({ name }) => name);
  const unknown = positionals.find((name) => name !== here && !all.includes(name));
  if (unknown !== undefined) {
    throw new Refusal(`there is no guest ${unknown}; guests are ${[...all, here].join(', ')}`);
  }
  return {
    names: positionals.length > 0 ? positionals : all,
    groups: values.group,
    timeoutMs: seconds * 1000,
    document: values.document,
  };
}

function parse(config) {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new Refusal(error.message);
  }
}

async function bundlePrograms() {
  const { build: bundle } = await import('esbuild');
  await bundle({
    absWorkingDir: root,
    entryPoints: ['test/kernels/guest.ts', 'test/kernels/image.ts'],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    logLevel: 'warning',
  }).catch(() => {
    throw new Refusal('the test program cannot be built; the errors are above');
  });
}

/** Whether a guest needs the image to run these groups; what the groups are is known to the test program alone. */
function needImage(asked) {
  const { stdout } = spawnSync(process.execPath, [program, '--list'], { cwd: root, encoding: 'utf8' });
  const all = JSON.parse(stdout);
  const names = all.map(({ name }) => name);
  const unknown = asked.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new Refusal(`there is no group ${unknown}; groups are ${names.join(', ')}`);
  return (guest) => {
    const wanted = groupsOf(guest, asked);
    return all.some(({ name, needsImage }) => needsImage && (wanted.length === 0 || wanted.includes(name)));
  };
}

/** What is asked for, or what the guest is for; none is all. */
function groupsOf(name, asked) {
  return asked.length > 0 ? asked : (guests.find((guest) => guest.name === name)?.groups ?? []);
}

/** A kernel that cannot be fetched fails its guest, not the others. */
async function runGuest(name, options) {
  try {
    return await bootGuest(
      guests.find((guest) => guest.name === name),
      options,
    );
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ending: { how: 'fetch', detail: error.message, seconds: 0 } };
  }
}

async function bootGuest(guest, { groups, needsImage, timeoutMs }) {
  const { name, cgroups, architecture = 'x64', init } = guest;
  const kernel = fetchKernel({ kernel: guest.kernel, architecture }, folder);
  const isHost = architecture === 'x64' && init === undefined;
  const system = isHost ? '/' : systemFiles({ architecture, cache: folder });
  const work = join(folder, `guest-${name}`);
  const report = join(work, 'report');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(report, { recursive: true });
  const initramfs = join(work, 'initramfs.gz');
  const variables = {
    GUEST_INIT: init === undefined ? join(import.meta.dirname, 'kernels/guest.sh') : '/sbin/init',
    GUEST_MODULES: join(kernel.root, 'lib/modules', kernel.release),
    GUEST_CGROUPS: cgroups,
    GUEST_FOLDER: root,
    GUEST_NODE: isHost ? process.execPath : '/usr/local/bin/node',
    GUEST_PROGRAM: program,
    GUEST_GROUPS: JSON.stringify(groups),
    GUEST_IMAGE: needsImage ? imageFor(architecture) : '',
    ...(!isHost && { SYSPROBE_PREBUILD: '/usr/local/lib/node_modules/sysprobe' }),
  };
  writeFileSync(initramfs, makeInitramfs(kernel, system, variables));
  const ending = await boot({
    architecture,
    image: kernel.image,
    initramfs,
    root: system,
    repository: root,
    report,
    console: join(work, 'console.log'),
    timeoutMs,
  });
  return { ending, report: readReport(join(report, 'report.json')) };
}

function imageFor(architecture) {
  return imageFiles({ program: imageProgram, architecture, cache: folder });
}

/** On this machine, in the cgroups that it has. */
function runHere({ groups, needsImage }) {
  const report = join(folder, 'here.json');
  rmSync(report, { force: true });
  const started = performance.now();
  const env = {
    ...process.env,
    GUEST_GROUPS: JSON.stringify(groups),
    GUEST_IMAGE: needsImage ? imageFor('x64') : '',
  };
  const { status, signal } = spawnSync(process.execPath, [program, report], {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  const seconds = (performance.now() - started) / 1000;
  const ending =
    status === 0
      ? { how: 'off', detail: '', seconds }
      : { how: 'program', detail: signal ?? `exit code ${status}`, seconds };
  return { ending, report: readReport(report) };
}

function readReport(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

function keep(name, result) {
  mkdirSync(join(folder, 'results'), { recursive: true });
  writeFileSync(join(folder, 'results', `${name}.json`), JSON.stringify(result, undefined, 2));
}

function say(name, result) {
  const failures = failuresOf(result);
  const seconds = result.ending.seconds.toFixed(0);
  const kernel = result.report ? `${result.report.kernel}, cgroups ${result.report.cgroups}, ` : '';
  const { exact, cases } = totalsOf(result.report ?? { groups: [] });
  const verdict = failures.length === 0 ? 'ok    ' : 'FAILED';
  console.log(`${verdict} ${name} (${kernel}${exact} of ${cases} cases exact, ${seconds} s)`);
  for (const failure of failures) console.log(failure.replace(/^/gm, '       '));
  return failures.length === 0;
}
