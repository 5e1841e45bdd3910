/**
 * Reads as many damaged messages as asked for, and tells what came of them:
 *
 *     npx tsx test/dns/fuzz.ts [COUNT] [SEED]
 *
 * A failure names the message; the same seed leads to it again.
 */
import { Fuzzing } from './fuzzing.ts';

const [count = 1_000_000, seed = 1] = process.argv.slice(2).map(Number);
const fuzzing = new Fuzzing(seed);
let slowestUs = 0;
let largestHeap = 0;
for (let done = 0; done < count; done++) {
  // Of the processor: other programs may run in between.
  const before = process.cpuUsage();
  fuzzing.step();
  const { user, system } = process.cpuUsage(before);
  slowestUs = Math.max(slowestUs, user + system);
  if (done % 10_000 === 0) largestHeap = Math.max(largestHeap, process.memoryUsage().heapUsed);
}
console.log({
  seed,
  messages: fuzzing.count,
  read: Object.fromEntries(fuzzing.read),
  answered: fuzzing.answered,
  timedOut: fuzzing.timedOut,
  slowestMs: slowestUs / 1000,
  largestHeapMiB: Math.round(largestHeap / 2 ** 20),
});
