// The addon alone: the other binding works in the main thread only, see ffi/main-thread.test.ts.
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { prologue, runChild } from './child.ts';
import { eventually, FORCE_WAKEUP, image, native, openFiles, openFixture, threads } from './fixture.ts';

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
  expect(await runChild(lines)).toBe('0 0');
});
