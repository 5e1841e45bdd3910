import { version } from '../../lib/package-root.ts';
import type { Row } from '../../wire/fields.ts';
import { CODECS, type RecordKind } from '../../wire/kinds.ts';
import type { Status, TableStatus } from '../../wire/status.ts';
import type { ReadRecord } from '../../wire/stream-reader.ts';
import { EventLog } from '../server/event-log.ts';
import type { ProbeView } from '../server/probe-view.ts';
import type { Session } from './session.ts';

const MAX_EVENTS = 262_144;
const MAX_BYTES = 32 * 1024 * 1024;

/** Of a file that comes from anywhere no more is held than by a probe. */
const MAX_ROWS: Record<RecordKind, number> = { flow: 131_072, dns: 8192, process: 32_768, container: 8192 };

const TABLES: Record<RecordKind, string> = {
  flow: 'flows',
  dns: 'dns',
  process: 'processes',
  container: 'containers',
};

const CELLS = {
  flow: cellsOf('flow'),
  dns: cellsOf('dns'),
  process: cellsOf('process'),
  container: cellsOf('container'),
};

/** What the server shows of a session, as far as it was played: a probe without a kernel. */
export class ReplayedProbe implements ProbeView {
  readonly events: EventLog;
  readonly #session: Session;
  /** Added to every time, in nanoseconds. */
  readonly #shiftNs: bigint;
  readonly #startedAt = new Date();
  readonly #tables = {
    flow: new Map<string, Row>(),
    dns: new Map<string, Row>(),
    process: new Map<string, Row>(),
    container: new Map<string, Row>(),
  };
  readonly #evicted = { flow: 0, dns: 0, process: 0, container: 0 };
  #played = 0;

  constructor(session: Session, { shiftNs, run }: { shiftNs: bigint; run: string }) {
    this.#session = session;
    this.#shiftNs = shiftNs;
    this.events = new EventLog({ run, maxEvents: MAX_EVENTS, maxBytes: MAX_BYTES });
  }

  get bootId(): string {
    return this.#session.bootId;
  }

  /** Takes over a record of the list, or an event. Readers see events after the log's next flush(). */
  put({ kind, row, type }: ReadRecord): void {
    const shifted = this.#shifted(kind, row);
    this.#keep(kind, shifted);
    if (type === undefined) return;
    this.#played += 1;
    this.events.append(type, shifted);
  }

  refresh(): void {}

  flows(): Row[] {
    return [...this.#tables.flow.values()];
  }

  dns(): Iterable<Row> {
    return this.#tables.dns.values();
  }

  processes(): Iterable<Row> {
    return this.#tables.process.values();
  }

  containers(): Iterable<Row> {
    return this.#tables.container.values();
  }

  metrics(): [] {
    return [];
  }

  status(): Status {
    const { path, events, lost, startNs, status } = this.#session;
    const recorded = status as Partial<Status>;
    const played = `${this.#played} of ${events} events played`;
    const { release = 'recorded', arch = '' } = recorded.kernel ?? {};
    return {
      version,
      pid: process.pid,
      startedAt: this.#startedAt.toISOString(),
      uptimeSeconds: Math.floor((Date.now() - this.#startedAt.getTime()) / 1000),
      bootId: this.bootId,
      run: this.events.run,
      kernel: { release, arch },
      sources: [
        {
          name: 'replay',
          state: 'on',
          hook: path,
          reason: `recorded at ${new Date(Number(startNs / 1_000_000n)).toISOString()}, ${played}`,
          programs: [],
        },
      ],
      tables: (Object.keys(TABLES) as RecordKind[]).map((kind): TableStatus => {
        return {
          name: TABLES[kind],
          used: this.#tables[kind].size,
          max: MAX_ROWS[kind],
          evicted: this.#evicted[kind],
        };
      }),
      loss: { recordingLost: lost, eventsMissed: this.events.missed },
      readers: Array.from(this.events.readers, (reader) => reader.status()),
      replay: this.events.stats(),
    };
  }

  /** What changed longest ago makes room. */
  #keep(kind: RecordKind, row: Row): void {
    const table = this.#tables[kind];
    const id = String(row[CELLS[kind].id]);
    table.delete(id);
    table.set(id, row);
    if (table.size <= MAX_ROWS[kind]) return;
    const [oldest] = table.keys();
    if (oldest !== undefined) table.delete(oldest);
    this.#evicted[kind] += 1;
  }

  #shifted(kind: RecordKind, row: Row): Row {
    if (this.#shiftNs === 0n) return row;
    const shifted = [...row];
    for (const at of CELLS[kind].times) {
      const time = row[at];
      if (typeof time !== 'number' && typeof time !== 'bigint') continue;
      const moved = BigInt(time) + this.#shiftNs;
      shifted[at] = moved < 0n ? 0n : moved;
    }
    return shifted;
  }
}

function cellsOf(kind: RecordKind): { id: number; times: number[] } {
  const { fields, names } = CODECS[kind];
  return { id: names.indexOf('id'), times: fields.flatMap(([, type], at) => (type === 'time' ? [at] : [])) };
}
