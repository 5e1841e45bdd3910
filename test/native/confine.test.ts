import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { runChild } from './child.ts';

const run = (script: string) => runChild(`native.confine(); ${script}`);

test('what is confined starts no program', async () => {
  expect(await run(`console.log(require('child_process').spawnSync('/bin/true').error?.code)`)).toBe('EPERM');
});

test('it loads nothing more into the kernel', async () => {
  const load = `new native.BpfObject(image, 'fixture').load()`;
  expect(await run(`try { ${load} } catch ({ code }) { console.log(code) }`)).toBe('EPERM');
});

test('it starts threads', async () => {
  const script = `new (require('worker_threads').Worker)('console.log(1 + 1)', { eval: true })`;
  expect(await run(script)).toBe('2');
});

test('it opens no socket of the network', async () => {
  const script = `require('net').connect(9, '127.0.0.1').on('error', ({ code }) => console.log(code))`;
  expect(await run(script)).toBe('EPERM');
});

test('it opens sockets of the machine itself', async () => {
  const script = `require('net').connect('/nowhere').on('error', ({ code }) => console.log(code))`;
  expect(await run(script)).toBe('ENOENT');
});

/** With the functions of C, as one of the bindings calls them. */
const runWithLibc = (script: string) =>
  runChild(`
    require('tsx/cjs/api').register();
    const { c, errno } = require('./src/probe/ffi/libraries.ts').loadLibraries();
    native.confine();
    const isDenied = (result) => result < 0 && errno() === ${constants.errno.EPERM};
    ${script}`);

test('it opens sockets of no other family, by which the network could be reached under another name', async () => {
  const [unix, netlink, families] = [1, 16, 46];
  const script = `
    const open = [];
    for (let family = 1; family < ${families}; family++) if (!isDenied(c.socket(family, 2, 0))) open.push(family);
    console.log(open.join());`;
  expect(await runWithLibc(script)).toBe(`${unix},${netlink}`);
});

test('it enters namespaces of the network alone', async () => {
  const script = `
    const { openSync } = require('fs');
    const enter = (name, type) => isDenied(c.setns(openSync('/proc/thread-self/ns/' + name, 'r'), type));
    console.log(enter('net', 0x40000000), enter('uts', 0x04000000), enter('uts', 0), enter('mnt', 0));`;
  expect(await runWithLibc(script)).toBe('false true true true');
});

test('it still looks into other network namespaces', async () => {
  const request = `{ netns: '/proc/self/ns/net', family: 2, protocol: 6, states: 1024, extensions: 0 }`;
  expect(await run(`console.log(native.sockDiag(${request}, new Uint8Array(2 ** 20)) >= 0)`)).toBe('true');
});

test('rings for input and output are left once, and not over and over', async () => {
  const again = (command: string) =>
    `try { native.restartWithoutRings(${command}) } catch (error) { console.log(error.code) }`;
  const script = [`['/nowhere']`, `[process.execPath, '-v']`, '[]', '[1]'].map(again).join('\n');
  expect(await runChild(script)).toBe('ENOENT\nENOSYS\nEINVAL\nEINVAL');
});
