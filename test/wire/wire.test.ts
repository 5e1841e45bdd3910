import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/lib/package-root.ts';
import { encodeMessage, MessageReader } from '../../src/wire/cbor.ts';
import type { FlowRecord } from '../../src/wire/flow.ts';
import { fieldNames } from '../../src/wire/kinds.ts';
import type { Message } from '../../src/wire/messages.ts';
import { compileFlowReader, flowToRow } from '../../src/wire/rows.ts';
import { flow, MadeUpProbe, open, serve, upTo } from '../server/harness.ts';
import { entryNames, mismatch, parseSchema, type Tree } from './cddl.ts';

const CBOR = 'application/cbor-seq';
const schema = parseSchema(readFileSync(join(packageRoot, 'docs/wire.cddl'), 'utf8'));

/** With every field, with none that may be absent, and with numbers at the edges of their CBOR forms. */
const records: FlowRecord[] = [
  flow(1, {
    family: 'ipv6',
    direction: 'local',
    source: { ip: 'fd00::1', port: 65_535 },
    dest: { ip: 'fd00::2', port: 0 },
    translated: { source: { ip: 'fd00::3', port: 1 }, dest: { ip: 'fd00::4', port: 65_535 } },
    process: { pid: 23, comm: 'ƒœ-☃', exe: '/usr/bin/x' },
    container: { id: 'ab'.repeat(32), runtime: 'containerd' },
    cgroup: { id: Number.MAX_SAFE_INTEGER, path: '/kubepods.slice/x.scope' },
    lastSeenAt: '2554-07-21T23:34:33.709551615Z',
    durationNs: 2 ** 32,
    failure: 'reset',
    errno: 104,
    sent: { bytes: 2 ** 32 - 1, packets: 24 },
    received: { bytes: 255, packets: 256 },
    retransmits: 65_535,
    lostPackets: 65_536,
    connectUs: 0,
    rttUs: 1,
    rttVarUs: 2,
    closeMissed: true,
  }),
  {
    id: 'f-2',
    protocol: 'udp',
    family: 'ipv4',
    source: { ip: '10.0.0.1', port: 5353 },
    dest: { ip: '10.0.0.2', port: 53 },
    state: 'established',
    sent: { bytes: 0, packets: 0 },
    received: { bytes: 0, packets: 0 },
  },
  ...Array.from({ length: 300 }, (_, n) => flow(n + 3)),
];

/** Every kind of message, as a server sends them. */
async function realStreams(): Promise<{
  list: Buffer;
  resumed: Buffer;
  filtered: Buffer;
  restarted: Buffer;
}> {
  const probe = new MadeUpProbe({ maxEvents: 600 });
  probe.flowsNow = records;
  for (let round = 0; round < 4; round++) {
    for (const record of records) probe.events.append('flow.updated', flowToRow(record));
  }
  probe.events.flush();
  const { socketPath } = await serve(probe);
  const read = async (query: string, end?: string) =>
    readBytes(await open(socketPath, `/v1/flows${query}`, CBOR), end === undefined ? () => false : upTo(end));
  const newest = `r1.${4 * records.length}`;
  return {
    list: await read(''),
    resumed: await read('?follow=true&after=r1.3', newest),
    filtered: await read(`?follow=true&after=r1.${4 * records.length - 400}&state=syn_sent`, newest),
    restarted: await read('?follow=true&after=r0.3', newest),
  };
}

async function readBytes(stream: IncomingMessage, enough: (messages: Message[]) => boolean): Promise<Buffer> {
  const reader = new MessageReader();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
    if (enough(reader.push(chunk))) break;
  }
  return Buffer.concat(chunks);
}

function decodeIndependently(bytes: Buffer): Tree[] {
  // The system's Python: Debian's cbor2 is a package of that one.
  const script = join(packageRoot, 'test/wire/decode.py');
  const { status, stdout, stderr } = spawnSync('/usr/bin/python3', [script], {
    input: bytes,
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(String(stderr));
  return String(stdout)
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** The message in an item as our reader gives it. */
function plain(tree: Tree): unknown {
  if ('embedded' in tree && tree.embedded) return plain(tree.embedded);
  if ('map' in tree) return Object.fromEntries(tree.map.map(([key, value]) => [plain(key), plain(value)]));
  if ('array' in tree) return tree.array.map(plain);
  if ('int' in tree) return BigInt(tree.int) < 2n ** 32n ? Number(tree.int) : BigInt(tree.int);
  return Object.values(tree)[0];
}

function read(bytes: Buffer): Message[] {
  const reader = new MessageReader();
  const messages = reader.push(bytes);
  reader.end();
  return messages;
}

describe('what the server sends', () => {
  test('is read alike by an independent decoder, and fits the published schema', async () => {
    const types = new Set<string>();
    for (const bytes of Object.values(await realStreams())) {
      const items = decodeIndependently(bytes);
      expect(items.map(plain)).toEqual(read(bytes));
      for (const item of items) expect(mismatch(schema, 'item', item)).toBeUndefined();
      for (const { type } of read(bytes)) types.add(type);
    }
    expect([...types].sort()).toEqual(['end', 'events', 'flows', 'hello', 'lost']);
  });

  test('has the cells of a row in the order that the schema gives', () => {
    const { flow: flows, dns, process: processes, container } = fieldNames();
    expect(entryNames(schema, 'flow')).toEqual(flows);
    expect(entryNames(schema, 'transaction')).toEqual(dns);
    expect(entryNames(schema, 'process')).toEqual(processes);
    expect(entryNames(schema, 'container')).toEqual(container);
  });
});

describe('the schema', () => {
  const hello = {
    type: 'hello',
    version: 1,
    bootId: 'b',
    run: 'r',
    cursor: 'r.0',
    fields: { flow: ['id'], dns: ['id'], process: ['id'], container: ['id'] },
    events: ['flow.opened'],
  };
  const lost = { type: 'lost', cursor: 'r.7', lost: 7, reason: 'overflow' };

  test.each<[string, object, string | undefined]>([
    ['a hello', hello, undefined],
    ['a loss', lost, undefined],
    ['a key too many', { ...lost, more: 1 }, 'more is not in the schema'],
    ['a key too few', { type: 'lost', cursor: 'r.7' }, 'reason is missing'],
    ['a fraction', { ...lost, lost: 0.5 }, '{"float":0.5} is not uint'],
    ['a number that was written as a float', { ...lost, lost: 2 ** 33 }, 'is not uint'],
    ['a cursor without a number', { ...lost, cursor: 'r.' }, 'is not /^'],
    ['an unknown event', { ...hello, events: ['later'] }, '{"text":"later"} is not "flow.opened"'],
    ['no events', { ...hello, events: [] }, 'missing at 0'],
    [
      'a port beyond 16 bits',
      { type: 'flows', flows: [flowToRow(flow(1, { dest: { ip: '', port: 65_536 } }))] },
      '0..65535',
    ],
    [
      'a row that is cut off',
      { type: 'flows', flows: [flowToRow(flow(1)).slice(0, -1)] },
      'dest.otherDomains is missing at 39',
    ],
  ])('judges %s', (_, message, reason) => {
    const [item] = decodeIndependently(encodeMessage(message as Message));
    const found = item && mismatch(schema, 'item', item);
    if (reason === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(reason);
  });
});

describe('streams that version 1 sent in the past are still read', () => {
  test.each(['list', 'follow', 'translated'])('%s', (name) => {
    const golden = (ending: string) =>
      readFileSync(join(packageRoot, `test/wire/golden/v1-${name}.${ending}`));
    const [hello, ...messages] = read(golden('cborseq'));
    if (hello?.type !== 'hello') throw new Error('the stream does not begin with hello');
    const readFlow = compileFlowReader(hello.fields.flow);
    const lines = messages.map((message) => {
      switch (message.type) {
        case 'flows':
          return { ...message, flows: message.flows.map(readFlow) };
        case 'events':
          return {
            ...message,
            events: message.events.map(([type, row]) => [hello.events[type], readFlow(row)]),
          };
        default:
          return message;
      }
    });
    expect(lines).toEqual(JSON.parse(golden('json').toString()));
  });
});
