import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/lib/package-root.ts';
import type { BindingName } from '../../src/probe/native.ts';
import { binding, image } from './fixture.ts';

/** What loads a binding in the package's folder without this test's modules. */
export const LOAD: Record<BindingName, string> = {
  addon: "require('node-gyp-build')(process.cwd())",
  ffi: "(require('tsx/cjs/api').register(), require('./src/probe/ffi/load.ts')).loadFfi()",
};

/** What a worker or child runs before its own lines: openFrom() opens, loads and attaches, and reads the ring. */
export const prologue = `
  const { readdirSync, readFileSync } = require('node:fs');
  const native = ${LOAD[binding]};
  const files = () => readdirSync('/proc/self/fd').length;
  const threads = () => readdirSync('/proc/self/task').length;
  const openFrom = (image, onBacklog) => {
    const object = new native.BpfObject(image, 'fixture');
    object.load();
    object.enableRunStats();
    object.attach('on_state');
    object.openRing('ring', onBacklog);
    return object;
  };
`;

/** What a process of its own printed that ran the lines after the prologue, with the fixture's `image`. */
export async function runChild(lines: string, ...flags: string[]): Promise<string> {
  const code = `${prologue}
    const image = readFileSync(0);
    ${lines}`;
  const child = promisify(execFile)(process.execPath, [...flags, '-e', code], {
    cwd: packageRoot,
    timeout: 30_000,
  });
  child.child.stdin?.end(image);
  return (await child).stdout.trim();
}
