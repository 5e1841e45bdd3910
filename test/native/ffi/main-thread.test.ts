import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { LOAD } from '../child.ts';

test('a worker is told to take the addon', async () => {
  const code = `
    const { parentPort } = require('node:worker_threads');
    try { ${LOAD.ffi} } catch ({ code, message }) { parentPort.postMessage([code, message]) }`;
  const worker = new Worker(code, { eval: true });
  const answer = await new Promise((resolve, reject) =>
    worker.once('message', resolve).once('error', reject),
  );
  await worker.terminate();
  expect(answer).toEqual([
    'SP_BINDING_UNUSABLE',
    'the binding ffi works in the main thread alone; in a worker take the addon',
  ]);
});
