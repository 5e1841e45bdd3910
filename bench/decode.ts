import { Clock } from '../src/probe/clock.ts';
import { FlowRecord } from '../src/probe/events.gen.ts';
import { noNames } from '../src/probe/flows/record.fixture.ts';
import { flowRow } from '../src/probe/flows/row.ts';
import { FlowTable } from '../src/probe/flows/table.ts';
import { loadNative } from '../src/probe/native.ts';
import { OwnerResolver } from '../src/probe/owners/owner.ts';
import { EventLog } from '../src/probe/server/event-log.ts';
import { loadObject } from '../src/probe/sources/bpf-object.ts';
import { ListenerSet } from '../src/probe/sources/listeners.ts';
import { MessageReader } from '../src/wire/cbor.ts';
import { readFlow } from '../src/wire/rows.ts';
import type { Benchmark } from './figures.ts';
import { ownCpuSeconds, spread } from './figures.ts';
import { load } from './load.ts';

const ROUNDS = 9;
const CONNECTIONS = 5000;

/** How fast the probe's one thread takes records in, and a client takes them out again. */
export const decode: Benchmark = {
  name: 'decode',
  async run() {
    const records = recordBatch();
    const toLog: number[] = [];
    const toRecords: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { events, apply } = pipeline();
      const began = ownCpuSeconds();
      const count = apply(records);
      toLog.push(count / (ownCpuSeconds() - began) / 1000);
      const reader = events.reader('bench', { run: 'bench', seq: 0 });
      const items: Buffer[] = [];
      for (let item = reader.next(); item !== undefined; item = reader.next()) {
        if (item.type === 'batch') items.push(item.item);
      }
      const wire = Buffer.concat(items);
      const from = ownCpuSeconds();
      let flows = 0;
      for (const message of new MessageReader().push(wire)) {
        if (message.type === 'events')
          for (const [, row] of message.events) flows += readFlow(row).id.length > 0 ? 1 : 0;
      }
      toRecords.push(flows / (ownCpuSeconds() - from) / 1000);
    }
    const how = `${ROUNDS} rounds of the records of ${CONNECTIONS} real connections`;
    const unit = 'thousand in a second of processor time';
    return [
      { what: 'kernel record → table → row → CBOR', figure: `${spread(toLog, 0)} ${unit}`, how },
      { what: 'CBOR → flow record of the contract', figure: `${spread(toRecords, 0)} ${unit}`, how },
    ];
  },
};

function recordBatch(): Uint8Array {
  const object = loadObject(loadNative(), 'tcp', () => undefined);
  try {
    object.openRing('events', () => undefined);
    object.attach('tcp_state');
    load('churn', CONNECTIONS);
    const buffer = new Uint8Array(8 << 20);
    return buffer.subarray(0, object.drain('events', buffer));
  } finally {
    object.close();
  }
}

function pipeline() {
  const clock = new Clock(() => loadNative().clocks());
  const context = { clock, bootId: '01234567', owners: new OwnerResolver(), listeners: new ListenerSet() };
  const events = new EventLog({ run: 'bench', maxBytes: 64 << 20, maxEvents: 262_144 });
  const table = new FlowTable({
    maxActive: 65_536,
    maxClosed: 65_536,
    translation: () => undefined,
    names: noNames,
    onChange: (change, flow) => events.append(change, flowRow(flow, context)),
  });
  const apply = (batch: Uint8Array) => {
    const record = new FlowRecord(new DataView(batch.buffer, batch.byteOffset, batch.byteLength));
    let count = 0;
    for (; record.offset < batch.length; record.offset += (record.size + 7) & ~7) {
      if (record.size !== FlowRecord.size) continue;
      count++;
      if (record.kind === 1) table.opened(record);
      else table.closed(record);
    }
    events.flush();
    return count;
  };
  return { events, apply };
}
