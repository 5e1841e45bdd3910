import { readFileSync, statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BegunRecord, FlowRecord, RecordKind } from '../../src/probe/events.gen.ts';
import { loadNative } from '../../src/probe/native.ts';
import { loadObject } from '../../src/probe/sources/bpf-object.ts';
import { traffic } from './traffic.ts';

const CONNECTIONS = 20;
const netns = statSync('/proc/self/ns/net').ino;

/** Since Linux 6.14; only since 7.0 are they needed. */
const hasUnpreempted = readFileSync('/sys/kernel/btf/vmlinux').includes('bpf_local_irq_restore');

/** What these programs report of some connections, with the bytes that the sides had sent when they closed. */
async function reportOf(programs: string[]): Promise<{ opened: number; sent: number[] }> {
  const object = loadObject(loadNative(), 'tcp', (opened) => {
    for (const { name } of opened.programs()) opened.setAutoload(name, programs.includes(name));
    opened.setKnob('tracepoints_preempt', Number(programs.some((name) => name.endsWith('_np'))));
  });
  try {
    object.openRing('events', () => undefined);
    for (const program of programs) object.attach(program);
    const { port } = await traffic('transfer', { sent: 100, received: 7, count: CONNECTIONS });

    const sent: number[] = [];
    const began = new Map<number, number>();
    let opened = 0;
    const buffer = new Uint8Array(1 << 20);
    const record = new FlowRecord(new DataView(buffer.buffer));
    const begun = new BegunRecord(record.view);
    for (let bytes = object.drain('events', buffer); bytes > 0; bytes = object.drain('events', buffer)) {
      for (let at = 0; at < bytes; at += (record.size + 7) & ~7) {
        record.offset = at;
        begun.offset = at;
        if (record.kind === RecordKind.FLOW_BEGUN)
          began.set(begun.openedNs, (began.get(begun.openedNs) ?? 0) + 1);
        if (record.kind !== RecordKind.FLOW_CLOSED) continue;
        if (record.netns !== netns || ![record.sourcePort, record.destPort].includes(port)) continue;
        opened += began.get(record.openedNs) ?? 0;
        sent.push(record.sent);
      }
    }
    return { opened, sent };
  } finally {
    object.close();
  }
}

async function expectEachOnce(programs: string[]): Promise<void> {
  const { opened, sent } = await reportOf(programs);
  expect(opened).toBe(2 * CONNECTIONS);
  expect(sent.toSorted((a, b) => a - b)).toEqual([
    ...Array.from({ length: CONNECTIONS }, () => 7),
    ...Array.from({ length: CONNECTIONS }, () => 100),
  ]);
}

it.each([
  ['it sees all that the program before it did not', ['tcp_state_again']],
  ['it leaves alone what the program before it saw', ['tcp_state', 'tcp_state_again']],
])('the program for interrupted changes: %s', (_, programs) => expectEachOnce(programs));

it.skipIf(!hasUnpreempted).each([
  ['the last sees all that none before it did', ['tcp_state_fourth_np']],
  ['each leaves alone what one before it saw', ['tcp_state_third_np', 'tcp_state_fourth_np']],
  ['all leave alone what the first saw', ['tcp_state_np', 'tcp_state_again_np', 'tcp_state_fourth_np']],
])('programs that are not preempted: %s', (_, programs) => expectEachOnce(programs));
