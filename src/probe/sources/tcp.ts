import {
  BegunRecord,
  FlowRecord,
  ListenRecord,
  LossCounter,
  RecordKind,
  SnapshotSlot,
} from '../events.gen.ts';
import { isLive } from '../flows/live.ts';
import type { FlowTable } from '../flows/table.ts';
import type { Translator } from '../nat/translator.ts';
import type { BpfObject, Native, NativeError } from '../native.ts';
import { BegunSockets } from './begun-sockets.ts';
import { loadObject, refused } from './bpf-object.ts';
import type { ListenerSet } from './listeners.ts';
import { canPreemptTracepoints } from './twins.ts';

export interface TcpSourceOptions {
  native: Native;
  table: FlowTable;
  listeners: ListenerSet;
  translator: Pick<Translator, 'enqueue' | 'resolve'>;
  /** A power of two, at least a page. */
  ringBytes: number;
  /** Connections the kernel side remembers. */
  maxConnections: number;
  /** Sockets do not know their cgroup: take that of their process. */
  cgroupV1: boolean;
  /** Keep the kernel's run statistics of the programs on. */
  runStats: boolean;
  /** Data is waiting past the wake-up limit: call drain() soon. */
  onBacklog(): void;
}

/** In the order in which they run, which is that in which they are attached. */
const PROGRAMS = ['tcp_state', 'tcp_state_again'];
const UNPREEMPTED_PROGRAMS = [
  'tcp_state_np',
  'tcp_state_again_np',
  'tcp_state_third_np',
  'tcp_state_fourth_np',
];

const DRAIN_BYTES = 1024 * 1024;
const SNAPSHOT_SLOTS = 1024;

/** TCP connections and listeners, from bpf/tcp.bpf.c. Constructing it loads and attaches the programs. */
export class TcpSource {
  readonly #object: BpfObject;
  readonly #table: FlowTable;
  readonly #listeners: ListenerSet;
  readonly #translator: TcpSourceOptions['translator'];
  readonly #batch = new Uint8Array(DRAIN_BYTES);
  readonly #flow = new FlowRecord(new DataView(this.#batch.buffer));
  readonly #listen = new ListenRecord(new DataView(this.#batch.buffer));
  readonly #began = new BegunRecord(new DataView(this.#batch.buffer));
  readonly #begun = new BegunSockets();
  readonly #sockets = new Uint8Array(SNAPSHOT_SLOTS * SnapshotSlot.size);
  readonly #live = new FlowRecord(new DataView(this.#sockets.buffer));
  /** Tasks come in between where a tracepoint's programs are at work. */
  readonly #preempts: boolean;
  #changesMissed = 0;

  constructor(options: TcpSourceOptions) {
    this.#table = options.table;
    this.#listeners = options.listeners;
    this.#translator = options.translator;
    this.#preempts = canPreemptTracepoints();
    this.#object = loadObject(options.native, 'tcp', (object) => {
      object.setMaxEntries('events', options.ringBytes);
      object.setMaxEntries('conns', options.maxConnections);
      object.setKnob('cgroup_v1', options.cgroupV1 ? 1 : 0);
      object.setKnob('tracepoints_preempt', Number(this.#preempts));
      object.setKnob('wakeup_backlog_bytes', Math.floor(options.ringBytes / 8));
    });
    try {
      if (options.runStats) this.#object.enableRunStats();
      this.#object.openRing('events', options.onBacklog);
      for (const program of this.#preempts ? UNPREEMPTED_PROGRAMS : PROGRAMS) this.#object.attach(program);
    } catch (cause) {
      this.#object.close();
      throw refused('tcp', cause as NativeError);
    }
  }

  /**
   * Applies every record that is waiting; returns how many there were. Then reads the connections that began and have
   * not closed since: one that lives shorter is told by its last record alone.
   */
  drain(): number {
    let records = 0;
    for (let bytes = DRAIN_BYTES; bytes >= DRAIN_BYTES / 2; ) {
      bytes = this.#object.drain('events', this.#batch);
      this.#translate(bytes);
      records += this.#apply(bytes);
    }
    while (this.#begun.size > 0) this.#readBegun();
    return records;
  }

  /** Brings every live connection in the table up to date. */
  readActive(): void {
    for (const record of this.liveConnections()) {
      if (!this.#table.knows(record)) this.#translator.enqueue(record);
      this.#table.active(record);
    }
  }

  /**
   * Reads the connections that the kernel side knows, all or those of the sockets with these addresses, as they are
   * now; a record is valid until the next step.
   */
  *liveConnections(sockets?: Uint8Array): Generator<FlowRecord> {
    const snapshot = this.#object.snapshot({
      keys: 'conns',
      slots: 'snapshot_slots',
      program: 'tcp_snapshot',
      slotSize: SnapshotSlot.size,
      ...(sockets && { sockets }),
    });
    for (let bytes = snapshot.next(this.#sockets); bytes > 0; bytes = snapshot.next(this.#sockets)) {
      for (let at = 0; at < bytes; at += SnapshotSlot.size) {
        this.#live.offset = at + SnapshotSlot.flow;
        if (this.#live.view.getUint32(at + SnapshotSlot.sock, true) !== 0 && isLive(this.#live))
          yield this.#live;
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
      closesUnclear: counts[LossCounter.CLOSE_UNCLEAR] ?? 0,
      listenersFull: counts[LossCounter.LISTENERS_FULL] ?? 0,
      changesMissed: this.#missedChanges(counts[LossCounter.CHANGES_TAKEN_OVER] ?? 0),
    };
  }

  programs() {
    return this.#object.programs();
  }

  /** Those that the first program was skipped at and that none behind it took over. */
  #missedChanges(takenOver: number): number {
    if (!this.#preempts) return 0;
    const [first] = UNPREEMPTED_PROGRAMS;
    const skipped = this.programs().find(({ name }) => name === first)?.skipCount ?? 0;
    // One may be just between the programs: a counter does not go back for it.
    this.#changesMissed = Math.max(this.#changesMissed, skipped - takenOver);
    return this.#changesMissed;
  }

  backlogBytes(): number {
    return this.#object.backlog('events');
  }

  close(): void {
    this.#object.close();
  }

  /** Before the records are applied: the kernel answers many look-ups at once for the price of a few. */
  #translate(bytes: number): void {
    for (let at = 0; at < bytes; at = this.#behind(at)) {
      this.#flow.offset = at;
      const { kind } = this.#flow;
      if (kind !== RecordKind.FLOW_OPENED && kind !== RecordKind.FLOW_CLOSED) continue;
      if (!this.#table.knows(this.#flow)) this.#translator.enqueue(this.#flow);
    }
    this.#translator.resolve();
  }

  /** What closed meanwhile, the ring tells; also of a socket that has its next connection already. */
  #readBegun(): void {
    const { openings, addresses } = this.#begun.take(SNAPSHOT_SLOTS);
    const offsets: number[] = [];
    for (const record of this.liveConnections(addresses)) {
      if (openings.get(record.sock) !== record.openedNs) continue;
      offsets.push(record.offset);
      if (!this.#table.knows(record)) this.#translator.enqueue(record);
    }
    this.#translator.resolve();
    for (const offset of offsets) {
      this.#live.offset = offset;
      this.#table.opened(this.#live);
    }
  }

  /** Offset of the record behind the one at `at`. */
  #behind(at: number): number {
    return at + ((this.#flow.view.getUint16(at + FlowRecord.at.size, true) + 7) & ~7);
  }

  #apply(bytes: number): number {
    let records = 0;
    for (let at = 0; at < bytes; at = this.#behind(at), records++) {
      this.#flow.offset = at;
      this.#listen.offset = at;
      this.#began.offset = at;
      switch (this.#flow.kind) {
        case RecordKind.FLOW_BEGUN:
          this.#begun.began(this.#began);
          break;
        case RecordKind.FLOW_OPENED:
          this.#table.opened(this.#flow);
          break;
        case RecordKind.FLOW_CLOSED:
          this.#begun.closed(this.#flow.sock);
          this.#table.closed(this.#flow);
          break;
        case RecordKind.LISTEN:
          this.#listeners.add(this.#listen.netns, this.#listen.port);
          break;
        case RecordKind.UNLISTEN:
          this.#listeners.remove(this.#listen.netns, this.#listen.port);
          break;
      }
    }
    return records;
  }
}
