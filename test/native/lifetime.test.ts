import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runChild } from './child.ts';
import {
  eventually,
  FORCE_WAKEUP,
  failure,
  openFiles,
  openFixture,
  THREADS_A_RING,
  threads,
} from './fixture.ts';

/** Every resource that the addon has: programs, maps, links, statistics, a ring and its thread. */
function openEverything(): void {
  const object = openFixture();
  object.load();
  object.enableRunStats();
  object.attach('on_state');
  object.openRing('ring', () => {});
  object.testRun('submit', [0, 10, FORCE_WAKEUP]);
  object.snapshot({ keys: 'table', slots: 'slots', program: 'double_slots', slotSize: 16 });
  object.close();
}

/** The kernel's verifier, which takes milliseconds for it, gives up at a signal. */
test('loads under a profiler, which sends signals all the time', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-profile-'));
  const lines = `
    const tcp = new native.BpfObject(readFileSync('bpf/tcp.bpf.o'), 'tcp');
    for (const { name } of tcp.programs()) tcp.setAutoload(name, name === 'tcp_state');
    tcp.load();
    console.log('loaded');`;
  try {
    const profiler = ['--cpu-prof', '--cpu-prof-interval', '100', '--cpu-prof-dir', folder];
    expect(await runChild(lines, ...profiler)).toBe('loaded');
    expect(readdirSync(folder)).toHaveLength(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('in this process', () => {
  test('closing twice, or before anything was done, is fine', () => {
    const unused = openFixture();
    unused.close();
    unused.close();
    const loaded = openFixture();
    loaded.load();
    loaded.close();
    loaded.close();
    expect(failure(() => loaded.load()).code).toBe('EBADF');
  });

  test('opening and closing many times leaves no file and no thread', async () => {
    openEverything();
    const files = openFiles();
    const running = threads();
    for (let i = 0; i < 50; i++) openEverything();
    expect(openFiles()).toBe(files);
    await eventually('the threads end', () => threads() <= running);
  });

  test('a failed load or attach leaves no file', () => {
    const fail = () => {
      const object = openFixture();
      object.setAutoload('rejected', true);
      failure(() => object.load());
      object.close();
      const second = openFixture();
      second.load();
      failure(() => second.attach('nowhere'));
      failure(() => second.openRing('table', () => {}));
      second.close();
    };
    fail();
    const files = openFiles();
    for (let i = 0; i < 5; i++) fail();
    expect(openFiles()).toBe(files);
  });
});

describe('in a process of its own', () => {
  test('an object that nobody holds is released by the garbage collector', async () => {
    const lines = `
      const before = [files(), threads()];
      for (let i = 0; i < 5; i++) openFrom(image, () => {});
      const held = [files() - before[0], threads() - before[1]];
      const timer = setInterval(() => {
        gc();
        if (files() <= before[0] && threads() <= before[1]) {
          console.log(held[0] > 50, held[1]);
          clearInterval(timer);
        }
      }, 10);`;
    expect(await runChild(lines, '--expose-gc')).toBe(`true ${5 * THREADS_A_RING}`);
  });

  test('an open ring does not keep the process alive', async () => {
    expect(await runChild(`globalThis.kept = openFrom(image, () => {}); console.log('done');`)).toBe('done');
  });

  test('process.exit with everything open ends the process', async () => {
    const lines = `
      const object = openFrom(image, () => {});
      object.testRun('submit', [0, 100, 2]);
      process.on('exit', (code) => console.log('exit', code));
      setImmediate(() => process.exit(0));`;
    expect(await runChild(lines)).toBe('exit 0');
  });

  test('what the callback throws is an uncaught exception, not lost', async () => {
    const lines = `
      const object = openFrom(image, () => { throw new RangeError('from the callback') });
      process.once('uncaughtException', (error) => { console.log(error.name, error.message); clearInterval(timer); });
      const timer = setInterval(() => {}, 1000);
      object.testRun('submit', [0, 1, 2]);`;
    expect(await runChild(lines)).toBe('RangeError from the callback');
  });

  test('without privileges the error says which are needed', async () => {
    const lines = `
      process.setgroups([]); process.setgid(65534); process.setuid(65534);
      try { openFrom(image, () => {}) } catch (error) { console.log(error.code, error.operation, error.message) }
      const request = { netns: '/proc/self/ns/net', family: 2, protocol: 6, states: 1024, extensions: 0 };
      try { native.sockDiag(request, new Uint8Array(4096)) } catch (error) { console.log(error.code, error.message) }`;
    const [load, dump] = (await runChild(lines)).split('\n');
    expect(load).toMatch(/^EPERM load load: object 'fixture': .*CAP_BPF and CAP_PERFMON/);
    expect(dump).toMatch(/^EPERM sockDiag: .*needs CAP_SYS_ADMIN/);
  });
});
