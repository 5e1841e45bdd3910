// Runs one guest in an emulated machine: KVM is not to be had inside most build machines.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';

const emulators = {
  x64: { program: 'qemu-system-x86_64', processor: ['-cpu', 'max'], console: 'ttyS0' },
  // A processor of many servers; the one with everything is emulated much more slowly.
  arm64: {
    program: 'qemu-system-aarch64',
    processor: ['-machine', 'virt', '-cpu', 'neoverse-n1'],
    console: 'ttyAMA0',
  },
};

const crash = /Kernel panic - not syncing: (.*)|(Unable to mount root fs.*)/;

/**
 * @typedef {object} Ending
 * @property {'off' | 'panic' | 'timeout' | 'emulator' | 'fetch' | 'program'} how as it should, by turning itself off, or not
 * @property {string} detail '' when it ended well
 * @property {number} seconds
 */

/**
 * Boots the kernel and waits until the guest is gone.
 *
 * @param {object} guest
 * @param {string} guest.architecture
 * @param {string} guest.image of the kernel
 * @param {string} guest.initramfs
 * @param {string} guest.root the folder that is its root
 * @param {string} guest.repository
 * @param {string} guest.report a folder that it may write
 * @param {string} guest.console the file that gets its serial console
 * @param {number} guest.timeoutMs
 * @returns {Promise<Ending>}
 */
export async function boot({ architecture, console: consolePath, timeoutMs, ...files }) {
  const started = performance.now();
  const log = createWriteStream(consolePath);
  // The emulator dies with this process, however that ends.
  const emulator = emulators[architecture];
  const command = ['--pdeathsig', 'KILL', '--', 'nice', '-n', '10', emulator.program];
  const child = spawn('setpriv', [...command, ...machine(emulator, files)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const hear = (data) => {
    log.write(data);
    output += data;
  };
  child.stdout.setEncoding('utf8').on('data', hear);
  child.stderr.setEncoding('utf8').on('data', hear);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, timeoutMs);
  const ended = await new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(code === 0 ? '' : (signal ?? `exit code ${code}`)));
  });
  clearTimeout(timer);
  log.end();
  const seconds = (performance.now() - started) / 1000;
  if (late) return { how: 'timeout', detail: `not done after ${timeoutMs / 1000} s`, seconds };
  return { ...judge(output, ended), seconds };
}

/**
 * What happened, from the console and how the emulator ended ('' = by itself).
 *
 * @param {string} output
 * @param {string} ended
 * @returns {Omit<Ending, 'seconds'>}
 */
export function judge(output, ended) {
  const panic = crash.exec(output);
  if (panic) return { how: 'panic', detail: panic[1] ?? panic[2] };
  if (ended !== '') {
    return { how: 'emulator', detail: `${ended}: ${output.trimEnd().split('\n').at(-1)}` };
  }
  return { how: 'off', detail: '' };
}

function machine({ processor, console: device }, { image, initramfs, root, repository, report }) {
  const share = (path, tag, options) =>
    `local,path=${path.replaceAll(',', ',,')},mount_tag=${tag},security_model=none,multidevs=remap${options}`;
  // A crash in the kernel ends the guest; without the mitigations an emulated kernel runs twice as fast.
  const kernel = `console=${device} quiet panic=-1 oops=panic nowatchdog mitigations=off`;
  return [
    ...['-accel', 'tcg,thread=multi', ...processor, '-smp', '2', '-m', '2048'],
    ...['-nographic', '-nodefaults', '-serial', 'stdio', '-no-reboot'],
    ...['-kernel', image, '-initrd', initramfs, '-append', kernel],
    ...['-virtfs', share(root, 'root', ',readonly=on')],
    ...['-virtfs', share(repository, 'repository', ',readonly=on')],
    ...['-virtfs', share(report, 'report', '')],
  ];
}
