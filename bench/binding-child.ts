// One binding in a process of its own: prints what it took of the processor, as JSON. Arguments: the binding, connections, sockets.
import { readFileSync } from 'node:fs';
import { SnapshotSlot } from '../src/probe/events.gen.ts';
import { type BindingName, type BpfObject, loadNative } from '../src/probe/native.ts';
import { hold, load } from './load.ts';

const ROUNDS = 5;
const CALLS = 20_000;

export interface Taken {
  loadMs: number;
  objectMs: number;
  recordsPerMs: number;
  socketsPerMs: number;
  lookupUs: number;
}

const [binding, connections, sockets] = process.argv.slice(2);

/** Milliseconds of the processor, which others on the machine change less. */
function timed<T>(action: () => T): { ms: number; value: T } {
  const before = process.cpuUsage();
  const value = action();
  const { user, system } = process.cpuUsage(before);
  return { ms: (user + system) / 1000, value };
}

const { ms: loadMs, value: native } = timed(() => loadNative(binding as BindingName));
const image = readFileSync('bpf/tcp.bpf.o');
const { ms: objectMs, value: object } = timed(() => {
  const opened = new native.BpfObject(image, 'tcp');
  opened.setMaxEntries('events', 64 << 20);
  opened.setMaxEntries('conns', 65_536);
  opened.load();
  opened.attach('tcp_state');
  opened.attach('tcp_state_again');
  opened.openRing('events', () => undefined);
  return opened;
});

const drained = measure(ROUNDS, () => {
  load('churn', Number(connections));
  return drainAll(object);
});
const lookedUp = measure(ROUNDS, () => {
  const key = new Uint8Array(8);
  const { ms } = timed(() => {
    for (let i = 0; i < CALLS; i++) object.lookup('conns', key);
  });
  return { count: CALLS, ms };
});
const held = await hold(Number(sockets) / 2);
const read = measure(ROUNDS, () => readAll(object));
await held.release();
object.close();

const taken: Taken = {
  loadMs,
  objectMs,
  recordsPerMs: drained.perMs,
  socketsPerMs: read.perMs,
  lookupUs: 1000 / lookedUp.perMs,
};
console.log(JSON.stringify(taken));

/** The best of some rounds: what is slower was disturbed. */
function measure(rounds: number, round: () => { count: number; ms: number }): { perMs: number } {
  const rates = Array.from({ length: rounds }, () => {
    const { count, ms } = round();
    return count / ms;
  });
  return { perMs: Math.max(...rates) };
}

/** Only moves the bytes: what is made of them is the same for both. */
function drainAll(object: BpfObject): { count: number; ms: number } {
  const buffer = new Uint8Array(1 << 20);
  const view = new DataView(buffer.buffer);
  let [count, ms] = [0, 0];
  for (;;) {
    const { ms: took, value: used } = timed(() => object.drain('events', buffer));
    ms += took;
    if (used === 0) return { count, ms };
    for (let at = 0; at < used; at += (view.getUint16(at + 2, true) + 7) & ~7) count++;
  }
}

function readAll(object: BpfObject): { count: number; ms: number } {
  const buffer = new Uint8Array(SnapshotSlot.size * 4096);
  const { ms, value } = timed(() => {
    const names = { keys: 'conns', slots: 'snapshot_slots', program: 'tcp_snapshot' };
    const snapshot = object.snapshot({ ...names, slotSize: SnapshotSlot.size });
    let bytes = 0;
    for (let used = snapshot.next(buffer); used > 0; used = snapshot.next(buffer)) bytes += used;
    return bytes / SnapshotSlot.size;
  });
  return { count: value, ms };
}
