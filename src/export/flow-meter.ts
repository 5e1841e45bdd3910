import { type Family, Histogram, type Label, type Point } from './family.ts';
import { flowLabels, type LabelChoice, type LabelledFlow } from './labels.ts';
import { type Series, type SeriesLimits, SeriesTable } from './series-table.ts';

/** What is counted of a flow; as it is now, from its beginning on. */
export interface MeteredFlow extends LabelledFlow {
  /** The same from its first report to its last; given to another one afterwards. */
  slot: number;
  state: string;
  failure?: string | undefined;
  /** Milliseconds since the epoch. */
  openedMs?: number | undefined;
  sent: { bytes: number; packets: number };
  received: { bytes: number; packets: number };
  retransmits?: number | undefined;
  rttUs?: number | undefined;
  connectUs?: number | undefined;
}

interface FlowTotals {
  sentBytes: number;
  receivedBytes: number;
  sentPackets: number;
  receivedPackets: number;
  retransmits: number;
  opened: number;
  closed: number;
  failures: Map<string, number>;
  rtt: Histogram;
  connect: Histogram;
}

type Counted = readonly [
  sentBytes: number,
  receivedBytes: number,
  sentPackets: number,
  receivedPackets: number,
  retransmits: number,
];

const NOTHING: Counted = [0, 0, 0, 0, 0];
const WIDTH = NOTHING.length;

/**
 * Counts flows by labels. What a flow carried before it was first seen counts only when it was opened after the meter
 * began: of an older one nobody knows what was counted before.
 */
export class FlowMeter {
  readonly #series: SeriesTable<LabelledFlow, FlowTotals>;
  /** Where each flow that is open counts, by slot. */
  readonly #current: (Series<FlowTotals> | undefined)[] = [];
  #counted = new Float64Array(1024 * WIDTH);
  /** Never ahead of the clock, which may be set back. */
  #fromMs: number;

  constructor(choice: LabelChoice, limits: SeriesLimits, nowMs: number) {
    this.#series = new SeriesTable(flowLabels(choice), limits, emptyTotals);
    this.#fromMs = nowMs;
  }

  get counts(): { series: number; overflow: number } {
    return { series: this.#series.size, overflow: this.#series.overflow };
  }

  /** From now on flows may have other slots: what is open then counts from there on. */
  restart(nowMs: number): void {
    for (const slot of this.#current.keys()) this.#release(slot);
    this.#fromMs = nowMs;
  }

  update(flow: MeteredFlow, nowMs: number): void {
    const { slot, openedMs = 0, failure } = flow;
    this.#fromMs = Math.min(this.#fromMs, nowMs);
    const before = this.#current[slot];
    const series = this.#series.find(flow, nowMs, before);
    const { totals } = series;
    const now = countedOf(flow);
    const isNew = before === undefined;
    const from = isNew ? (openedMs >= this.#fromMs ? NOTHING : now) : this.#read(slot);
    if (isNew && openedMs >= this.#fromMs) totals.opened += 1;
    addGrowth(totals, from, now);
    if (flow.state === 'closed') {
      this.#release(slot);
      // One that had closed before the meter began.
      if (isNew && openedMs < this.#fromMs) return;
      totals.closed += 1;
      if (failure !== undefined) totals.failures.set(failure, (totals.failures.get(failure) ?? 0) + 1);
      if (flow.rttUs !== undefined) totals.rtt.observe(flow.rttUs / 1e6);
      if (flow.connectUs !== undefined) totals.connect.observe(flow.connectUs / 1e6);
    } else {
      if (before !== series) {
        this.#release(slot);
        series.held += 1;
        this.#current[slot] = series;
      }
      this.#write(slot, now);
    }
  }

  /** The flow makes room, and nobody knows what becomes of it. */
  remove({ slot }: Pick<MeteredFlow, 'slot'>): void {
    this.#release(slot);
  }

  families(nowMs: number): Family[] {
    this.#series.sweep(nowMs);
    const all = [...this.#series];
    const number = (read: (totals: FlowTotals) => number): Point[] =>
      all.map(({ labels, totals }) => ({ labels, value: read(totals) }));
    return [
      ...TRAFFIC.map(({ read, ...family }) => ({
        ...family,
        type: 'counter' as const,
        points: number(read),
      })),
      {
        name: 'sysprobe_flow_failures',
        otlp: { name: 'sysprobe.network.flow.failures', unit: '{flow}' },
        type: 'counter',
        help: 'Flows that closed because they failed, by reason.',
        points: all.flatMap(failurePoints),
      },
      {
        name: 'sysprobe_flows_open',
        otlp: { name: 'sysprobe.network.flow.open', unit: '{flow}' },
        type: 'gauge',
        help: 'Flows that are open.',
        points: all.map(({ labels, held }) => ({ labels, value: held })),
      },
      ...LATENCIES.map(({ read, ...family }) => ({
        ...family,
        type: 'histogram' as const,
        points: all
          .filter(({ totals }) => read(totals).count > 0)
          .map(({ labels, totals }) => ({ labels, value: read(totals) })),
      })),
    ];
  }

  #read(slot: number): Counted {
    const at = slot * WIDTH;
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = this.#counted.subarray(at, at + WIDTH);
    return [a, b, c, d, e];
  }

  #write(slot: number, counted: Counted): void {
    const at = slot * WIDTH;
    if (at + WIDTH > this.#counted.length) {
      const larger = new Float64Array(Math.max(2 * this.#counted.length, at + WIDTH));
      larger.set(this.#counted);
      this.#counted = larger;
    }
    this.#counted.set(counted, at);
  }

  #release(slot: number): void {
    const series = this.#current[slot];
    if (series === undefined) return;
    series.held -= 1;
    this.#current[slot] = undefined;
  }
}

const BYTES = { name: 'sysprobe.network.flow.bytes', unit: 'By', description: 'Payload bytes of this side.' };
const PACKETS = {
  name: 'sysprobe.network.flow.packets',
  unit: '{packet}',
  description: 'Segments or datagrams of this side.',
};
const SENT = { attributes: { 'network.io.direction': 'transmit' } };
const RECEIVED = { attributes: { 'network.io.direction': 'receive' } };

const TRAFFIC: readonly (Pick<Family, 'name' | 'otlp' | 'help'> & {
  read: (totals: FlowTotals) => number;
})[] = [
  {
    name: 'sysprobe_flow_sent_bytes',
    otlp: { ...BYTES, ...SENT },
    help: 'Payload bytes that this side sent.',
    read: ({ sentBytes }) => sentBytes,
  },
  {
    name: 'sysprobe_flow_received_bytes',
    otlp: { ...BYTES, ...RECEIVED },
    help: 'Payload bytes that this side received.',
    read: ({ receivedBytes }) => receivedBytes,
  },
  {
    name: 'sysprobe_flow_sent_packets',
    otlp: { ...PACKETS, ...SENT },
    help: 'Segments or datagrams that this side sent.',
    read: ({ sentPackets }) => sentPackets,
  },
  {
    name: 'sysprobe_flow_received_packets',
    otlp: { ...PACKETS, ...RECEIVED },
    help: 'Segments or datagrams that this side received.',
    read: ({ receivedPackets }) => receivedPackets,
  },
  {
    name: 'sysprobe_flow_retransmits',
    otlp: { name: 'sysprobe.network.flow.retransmits', unit: '{packet}' },
    help: 'Segments that this side sent again.',
    read: ({ retransmits }) => retransmits,
  },
  {
    name: 'sysprobe_flows_opened',
    otlp: { name: 'sysprobe.network.flow.opened', unit: '{flow}' },
    help: 'Flows that were opened.',
    read: ({ opened }) => opened,
  },
  {
    name: 'sysprobe_flows_closed',
    otlp: { name: 'sysprobe.network.flow.closed', unit: '{flow}' },
    help: 'Flows that closed, for whatever reason.',
    read: ({ closed }) => closed,
  },
];

const LATENCIES: readonly (Pick<Family, 'name' | 'otlp' | 'help'> & {
  read: (totals: FlowTotals) => Histogram;
})[] = [
  {
    name: 'sysprobe_flow_rtt_seconds',
    otlp: { name: 'sysprobe.network.flow.rtt', unit: 's' },
    help: 'Smoothed round-trip time of flows when they closed.',
    read: ({ rtt }) => rtt,
  },
  {
    name: 'sysprobe_flow_connect_seconds',
    otlp: { name: 'sysprobe.network.flow.connect', unit: 's' },
    help: 'Time that flows which closed had taken to be established.',
    read: ({ connect }) => connect,
  },
];

function failurePoints({ labels, totals }: Series<FlowTotals>): Point[] {
  return Array.from(totals.failures, ([reason, value]) => {
    const label: Label = { name: 'reason', attribute: 'error.type', value: reason };
    return { labels: [...labels, label], value };
  });
}

function emptyTotals(): FlowTotals {
  return {
    sentBytes: 0,
    receivedBytes: 0,
    sentPackets: 0,
    receivedPackets: 0,
    retransmits: 0,
    opened: 0,
    closed: 0,
    failures: new Map(),
    rtt: new Histogram(),
    connect: new Histogram(),
  };
}

function countedOf({ sent, received, retransmits = 0 }: MeteredFlow): Counted {
  return [sent.bytes, received.bytes, sent.packets, received.packets, retransmits];
}

/** A counter that fell is one of another kernel's mind; it counts from there on. */
function addGrowth(totals: FlowTotals, from: Counted, now: Counted): void {
  totals.sentBytes += Math.max(0, now[0] - from[0]);
  totals.receivedBytes += Math.max(0, now[1] - from[1]);
  totals.sentPackets += Math.max(0, now[2] - from[2]);
  totals.receivedPackets += Math.max(0, now[3] - from[3]);
  totals.retransmits += Math.max(0, now[4] - from[4]);
}
