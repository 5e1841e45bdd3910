import { readFileSync, statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BegunRecord, FlowRecord, RecordKind } from '../../src/probe/events.gen.ts';
import { loadNative } from '../../src/probe/native.ts';
import { traffic } from './traffic.ts';

const CONNECTIONS = 20;
const netns = statSync('/proc/self/ns/net').ino;

/** What these programs report of some connections, with the bytes that the sides had sent when they closed. */
async function reportOf(programs: string[]): Promise<{ opened: number; sent: number[] }> {
  const object = new (loadNative().BpfObject)(readFileSync('bpf/tcp.bpf.o'), 'tcp');
  try {
    object.load();
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

it.each([
  ['it sees all that the program before it did not', ['tcp_state_again']],
  ['it leaves alone what the program before it saw', ['tcp_state', 'tcp_state_again']],
])('the program for interrupted changes: %s', async (_, programs) => {
  const { opened, sent } = await reportOf(programs);
  expect(opened).toBe(2 * CONNECTIONS);
  expect(sent.toSorted((a, b) => a - b)).toEqual([
    ...Array.from({ length: CONNECTIONS }, () => 7),
    ...Array.from({ length: CONNECTIONS }, () => 100),
  ]);
});
