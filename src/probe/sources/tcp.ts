import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SysprobeError } from '../../lib/errors.ts';
import { packageRoot } from '../../lib/package-root.ts';
import {
  FlowRecord,
  ListenRecord,
  LossCounter,
  layoutHash,
  layoutSizes,
  RecordKind,
  SnapshotSlot,
} from '../events.gen.ts';
import type { FlowTable } from '../flows/table.ts';
import type { BpfObject, Native, NativeError } from '../native.ts';
import type { ListenerSet } from './listeners.ts';

export interface TcpSourceOptions {
  native: Native;
  table: FlowTable;
  listeners: ListenerSet;
  /** A power of two, at least a page. */
  ringBytes: number;
  /** Connections the kernel side remembers. */
  maxConnections: number;
  /** Keep the kernel's run statistics of the programs on. */
  runStats: boolean;
  /** Data is waiting past the wake-up limit: call drain() soon. */
  onBacklog(): void;
}

const DRAIN_BYTES = 1024 * 1024;
const SNAPSHOT_SLOTS = 1024;

/** TCP connections and listeners, from bpf/tcp.bpf.c. Constructing it loads and attaches the programs. */
export class TcpSource {
  readonly #object: BpfObject;
  readonly #table: FlowTable;
  readonly #listeners: ListenerSet;
  readonly #batch = new Uint8Array(DRAIN_BYTES);
  readonly #flow = new FlowRecord(new DataView(this.#batch.buffer));
  readonly #listen = new ListenRecord(new DataView(this.#batch.buffer));
  readonly #sockets = new Uint8Array(SNAPSHOT_SLOTS * SnapshotSlot.size);
  readonly #live = new FlowRecord(new DataView(this.#sockets.buffer));

  constructor(options: TcpSourceOptions) {
    this.#table = options.table;
    this.#listeners = options.listeners;
    this.#object = openObject(options.native, 'tcp');
    try {
      this.#object.setMaxEntries('events', options.ringBytes);
      this.#object.setMaxEntries('conns', options.maxConnections);
      this.#object.setKnob('wakeup_backlog_bytes', Math.floor(options.ringBytes / 8));
      this.#object.load();
      if (options.runStats) this.#object.enableRunStats();
      this.#object.openRing('events', options.onBacklog);
      this.#object.attach('tcp_state');
    } catch (cause) {
      this.#object.close();
      throw refused('tcp', cause as NativeError);
    }
  }

  /** Applies every record that is waiting. Returns how many there were. */
  drain(): number {
    let records = 0;
    for (;;) {
      const bytes = this.#object.drain('events', this.#batch);
      records += this.#apply(bytes);
      if (bytes < DRAIN_BYTES / 2) return records;
    }
  }

  /** Brings every live connection in the table up to date. */
  readActive(): void {
    for (const record of this.liveConnections()) this.#table.active(record);
  }

  /** Reads every connection that the kernel side knows, as it is now; a record is valid until the next step. */
  *liveConnections(): Generator<FlowRecord> {
    const snapshot = this.#object.snapshot({
      keys: 'conns',
      slots: 'snapshot_slots',
      program: 'tcp_snapshot',
      slotSize: SnapshotSlot.size,
    });
    for (let bytes = snapshot.next(this.#sockets); bytes > 0; bytes = snapshot.next(this.#sockets)) {
      for (let at = 0; at < bytes; at += SnapshotSlot.size) {
        this.#live.offset = at + SnapshotSlot.flow;
        if (this.#live.view.getUint32(at + SnapshotSlot.sock, true) !== 0) yield this.#live;
      }
    }
  }

  /** Enters listeners that are older than the probe, so that the sockets they accept have an owner. */
  addListener(key: Uint8Array, owner: Uint8Array): void {
    if (this.#object.lookup('listeners', key) === undefined) this.#object.update('listeners', key, owner);
  }

  /** What the kernel side could not deliver, by name. */
  losses(): Record<string, number> {
    const counts = this.#object.counters('loss');
    return {
      ringOpened: counts[LossCounter.RING_OPENED] ?? 0,
      ringClosed: counts[LossCounter.RING_CLOSED] ?? 0,
      ringListen: counts[LossCounter.RING_LISTEN] ?? 0,
      connectionsFull: counts[LossCounter.CONNS_FULL] ?? 0,
      connectionsStale: counts[LossCounter.CONNS_STALE] ?? 0,
      listenersFull: counts[LossCounter.LISTENERS_FULL] ?? 0,
    };
  }

  programs() {
    return this.#object.programs();
  }

  backlogBytes(): number {
    return this.#object.backlog('events');
  }

  close(): void {
    this.#object.close();
  }

  #apply(bytes: number): number {
    const { view } = this.#flow;
    let records = 0;
    for (let at = 0; at < bytes; records++) {
      this.#flow.offset = at;
      this.#listen.offset = at;
      switch (this.#flow.kind) {
        case RecordKind.FLOW_OPENED:
          this.#table.opened(this.#flow);
          break;
        case RecordKind.FLOW_CLOSED:
          this.#table.closed(this.#flow);
          break;
        case RecordKind.LISTEN:
          this.#listeners.add(this.#listen.netns, this.#listen.port);
          break;
        case RecordKind.UNLISTEN:
          this.#listeners.remove(this.#listen.netns, this.#listen.port);
          break;
      }
      at += (view.getUint16(at + FlowRecord.at.size, true) + 7) & ~7;
    }
    return records;
  }
}

function openObject(native: Native, name: string): BpfObject {
  const { sizes, hash } = native.layouts();
  const differing = Object.keys(layoutSizes).find((record) => sizes[record] !== layoutSizes[record]);
  if (differing !== undefined || hash !== layoutHash) {
    throw new SysprobeError(
      'SP_ADDON_MISMATCH',
      `the addon was built from another bpf/events.h (${differing ?? 'layout hash'} differs); run: npm run build`,
    );
  }
  const path = join(packageRoot, 'bpf', `${name}.bpf.o`);
  try {
    const object = new native.BpfObject(readFileSync(path), name);
    if (object.knob('layout_hash') !== layoutHash) {
      object.close();
      throw new SysprobeError('SP_BPF_OBJECT_INVALID', `${path} is of another version; reinstall sysprobe`);
    }
    return object;
  } catch (cause) {
    if (cause instanceof SysprobeError) throw cause;
    const detail = (cause as Error).message;
    throw new SysprobeError(
      'SP_BPF_OBJECT_INVALID',
      `${path} cannot be used: ${detail}; reinstall sysprobe`,
      { cause },
    );
  }
}

function refused(name: string, cause: NativeError): SysprobeError {
  return new SysprobeError('SP_BPF_REFUSED', `the kernel refused bpf/${name}.bpf.o: ${cause.message}`, {
    errno: cause.errno,
    operation: cause.operation,
    cause,
  });
}
