import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/lib/package-root.ts';
import {
  eventually,
  FORCE_WAKEUP,
  failure,
  image,
  native,
  openFiles,
  openFixture,
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

/** What a worker or child runs before its own lines: `object` is open, loaded, attached, and its ring is read. */
const prologue = `
  const { readdirSync, readFileSync } = require('node:fs');
  const native = require('node-gyp-build')(process.cwd());
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

describe('in a worker', () => {
  function start(lines: string): { worker: Worker; messages: unknown[]; ended: Promise<unknown> } {
    const code = `${prologue}
      const { parentPort, workerData } = require('node:worker_threads');
      ${lines}`;
    const worker = new Worker(code, { eval: true, workerData: image });
    const messages: unknown[] = [];
    worker.on('message', (message) => messages.push(message));
    const ended = new Promise((resolve, reject) => {
      worker.once('exit', resolve);
      worker.once('error', reject);
    });
    return { worker, messages, ended };
  }

  async function expectNothingLeft(body: () => Promise<void>): Promise<void> {
    await body();
    const files = openFiles();
    const running = threads();
    for (let i = 0; i < 3; i++) await body();
    await eventually('files are closed', () => openFiles() <= files);
    await eventually('threads end', () => threads() <= running);
  }

  const use = `
    const object = openFrom(workerData, () => {
      const buffer = new Uint8Array(4096);
      parentPort.postMessage(object.drain('ring', buffer));
    });
    object.testRun('submit', [0, 5, 2]);
    let failed;
    try { object.setKnob('knob_u8', 1); } catch (error) { failed = error.code; }
    parentPort.postMessage(failed);
  `;

  test('everything works as in the main thread', () =>
    expectNothingLeft(async () => {
      const { messages, ended } = start(`${use}
        const timer = setInterval(() => {
          if (object.backlog('ring') === 0) { object.close(); clearInterval(timer); }
        }, 5);`);
      expect(await ended).toBe(0);
      expect(messages).toEqual(['EBUSY', 120]);
    }));

  test('an open object is released when the worker ends by itself', () =>
    expectNothingLeft(async () => {
      expect(await start(`${use} globalThis.kept = object;`).ended).toBe(0);
    }));

  test('an open object is released when the worker is terminated', () =>
    expectNothingLeft(async () => {
      const { worker, messages } = start(`${use} setInterval(() => {}, 1000);`);
      await eventually('the worker works', () => messages.length === 2);
      await worker.terminate();
    }));

  test('an open object is released when the worker calls process.exit', () =>
    expectNothingLeft(async () => {
      expect(await start(`${use} process.exit(3);`).ended).toBe(3);
    }));

  test('several workers and this thread use it at once', async () => {
    const mine = openFixture();
    mine.load();
    mine.openRing('ring', () => {});
    const workers = [1, 2, 3].map(() =>
      start(`${use}
        for (let i = 0; i < 200; i++) object.testRun('submit', [i, 10, 2]);
        const log = () => { try { object.attach('nowhere') } catch (error) { return error.log } };
        parentPort.postMessage([...Array(50)].every(() => log().split('nowhere').length === log().split('nowhere').length));
        object.close();`),
    );
    for (let i = 0; i < 200; i++) mine.testRun('submit', [i, 1, FORCE_WAKEUP]);
    const buffer = new Uint8Array(200 * 24);
    expect(mine.drain('ring', buffer)).toBe(200 * 24);
    for (const { ended, messages } of workers) {
      expect(await ended).toBe(0);
      expect(messages).toContain(true);
    }
    mine.close();
  });
});

describe('in a process of its own', () => {
  async function run(lines: string, ...flags: string[]): Promise<string> {
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
    expect(await run(lines, '--expose-gc')).toBe('true 5');
  });

  test('an open ring does not keep the process alive', async () => {
    expect(await run(`globalThis.kept = openFrom(image, () => {}); console.log('done');`)).toBe('done');
  });

  test('process.exit with everything open ends the process', async () => {
    const lines = `
      const object = openFrom(image, () => {});
      object.testRun('submit', [0, 100, 2]);
      process.on('exit', (code) => console.log('exit', code));
      setImmediate(() => process.exit(0));`;
    expect(await run(lines)).toBe('exit 0');
  });

  test('what the callback throws is an uncaught exception, not lost', async () => {
    const lines = `
      const object = openFrom(image, () => { throw new RangeError('from the callback') });
      process.once('uncaughtException', (error) => { console.log(error.name, error.message); clearInterval(timer); });
      const timer = setInterval(() => {}, 1000);
      object.testRun('submit', [0, 1, 2]);`;
    expect(await run(lines)).toBe('RangeError from the callback');
  });

  test('without privileges the error says which are needed', async () => {
    const lines = `
      process.setgroups([]); process.setgid(65534); process.setuid(65534);
      try { openFrom(image, () => {}) } catch (error) { console.log(error.code, error.operation, error.message) }
      const request = { netns: '/proc/self/ns/net', family: 2, protocol: 6, states: 1024, extensions: 0 };
      try { native.sockDiag(request, new Uint8Array(4096)) } catch (error) { console.log(error.code, error.message) }`;
    const [load, dump] = (await run(lines)).split('\n');
    expect(load).toMatch(/^EPERM load load: object 'fixture': .*CAP_BPF and CAP_PERFMON/);
    expect(dump).toMatch(/^EPERM sockDiag: .*needs CAP_SYS_ADMIN/);
  });

  test('the addon loads in an environment that was torn down before', async () => {
    expect(native.clocks().boottime).toBeGreaterThan(0n);
    const lines = `
      const { Worker } = require('node:worker_threads');
      let rounds = 3;
      const next = () => {
        const code = "require('node-gyp-build')(process.cwd()).clocks()";
        new Worker(code, { eval: true }).on('exit', (status) => {
          if (status !== 0 || --rounds === 0) console.log(status, rounds); else next();
        });
      };
      next();`;
    expect(await run(lines)).toBe('0 0');
  });
});
