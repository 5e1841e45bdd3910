// A Debian for guests that cannot run the host's: of another architecture, or with systemd as its first process.
// sysprobe is installed in it as docs/install.md says, and what the test program starts is there.
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withEmulation } from '../emulation.mjs';
import { fetchPackage } from '../package/fetch.mjs';
import { packTarball } from '../package/tarball.mjs';
import { run } from '../setup.mjs';
import { debianNames } from './matrix.mjs';

const NODE = '24.21.0';
const NPM = '11';
const packages = [
  ...['apparmor', 'bind9-dnsutils', 'busybox-static', 'curl', 'dnsmasq-base', 'iperf3', 'iproute2', 'kmod'],
  ...['nftables', 'nginx-light', 'procps', 'python3', 'runc', 'systemd-sysv', 'wrk'],
];

/** Runs guest.sh once the system is up. */
const unit = `[Unit]
After=multi-user.target

[Service]
ExecStart=/bin/sh -c '. /etc/guest.env; exec "$GUEST_FOLDER/scripts/kernels/guest.sh"'
StandardOutput=journal+console
StandardError=journal+console

[Install]
WantedBy=multi-user.target
`;

/**
 * The system's folder; what is not of the package is made once.
 *
 * @param {{ architecture: string, cache: string }} options
 * @returns {string}
 */
export function systemFiles({ architecture, cache }) {
  const target = join(cache, `debian-${architecture}`);
  if (!existsSync(target)) makeSystem(architecture, target);
  const tarball = packTarball({ architectures: [architecture], to: join(target, 'opt') });
  const npm = ['/opt/npm/bin/npm-cli.js', 'install', '--global', '--offline', '--no-audit', '--no-fund'];
  inSystem(architecture, target, ['/usr/local/bin/node', ...npm, tarball.slice(target.length)]);
  return target;
}

function makeSystem(architecture, target) {
  console.log(`sysprobe: making a Debian for ${architecture}`);
  const unfinished = `${target}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  const options = ['--quiet', '--variant=minbase', `--include=${packages.join(',')}`];
  const from = [`--architectures=${debianNames[architecture]}`, 'bookworm', unfinished];
  withEmulation(architecture, () =>
    run('mmdebstrap', [...options, ...from, 'http://deb.debian.org/debian'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  );
  fetchPackage(`node-linux-${architecture}@${NODE}`, join(unfinished, 'usr/local'));
  fetchPackage(`npm@${NPM}`, join(unfinished, 'opt/npm'));
  writeFileSync(join(unfinished, 'etc/systemd/system/guest.service'), unit);
  inSystem(architecture, unfinished, ['systemctl', 'enable', '--quiet', 'guest.service']);
  // There is no udev to tell that the console is there, for which it would wait.
  inSystem(architecture, unfinished, ['systemctl', 'mask', '--quiet', 'serial-getty@ttyS0.service']);
  renameSync(unfinished, target);
}

function inSystem(architecture, folder, line) {
  const env = { PATH: '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' };
  withEmulation(architecture, () =>
    run('chroot', [folder, ...line], { env, stdio: ['ignore', 'ignore', 'inherit'] }),
  );
}
