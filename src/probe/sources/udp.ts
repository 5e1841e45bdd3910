import { UdpCount, UdpKey, UdpLoss } from '../events.gen.ts';
import type { FlowTable } from '../flows/table.ts';
import type { Translator } from '../nat/translator.ts';
import type { ProgramInfo } from '../native.ts';
import { skippedRuns } from './twins.ts';
import { Conversations } from './udp-conversations.ts';
import { type OpenUdp, openUdp, type UdpHooks, type UdpHooksOptions } from './udp-hooks.ts';
import { SocketHolders } from './udp-owners.ts';

export interface UdpSourceOptions extends UdpHooksOptions {
  table: FlowTable;
  translator: Pick<Translator, 'enqueue' | 'resolve'>;
  /** Conversations open at once. */
  maxConversations: number;
  /** A conversation ends when no datagram came for as long. */
  idleMs: number;
  /** Keep the kernel's run statistics of the programs on. */
  runStats: boolean;
  bootNs(): number;
}

const PAIR_BYTES = UdpKey.size + UdpCount.size;
const BATCH_BYTES = 4096 * PAIR_BYTES;
const TABLES = ['udp_even', 'udp_odd'] as const;

/** Of the programs of fentry and fexit; those on the cgroup are never skipped. */
const COUNTING = ['udp_send_ipv4', 'udp_send_ipv6', 'udp_receive'];

/**
 * UDP conversations, from bpf/udp.h. Constructing it loads and attaches the programs; where the kernel refuses them
 * all, there are none, and `reason` says why.
 */
export class UdpSource {
  /** Which programs count; undefined: none. */
  readonly hooks: UdpHooks | undefined;
  /** Why not better ones. */
  readonly reason: string | undefined;
  readonly conversations: Conversations;
  readonly #object: OpenUdp['object'];
  readonly #options: UdpSourceOptions;
  readonly #holders: SocketHolders;
  readonly #batch = new Uint8Array(BATCH_BYTES);
  readonly #key = new UdpKey(new DataView(this.#batch.buffer));
  readonly #count = new UdpCount(new DataView(this.#batch.buffer));
  /** Index of the table that the programs count into. */
  #counting = 0;
  #isCollecting = false;
  #isClosed = false;

  /** Throws SP_ADDON_MISMATCH or SP_BPF_OBJECT_INVALID. */
  constructor(options: UdpSourceOptions) {
    this.#options = options;
    this.#holders = new SocketHolders(options.procRoot);
    this.conversations = new Conversations({
      table: options.table,
      capacity: options.maxConversations,
      ownerOf: (inode) => this.#holders.find(inode),
    });
    ({ object: this.#object, hooks: this.hooks, reason: this.reason } = openUdp(options));
    if (options.runStats) this.#object?.enableRunStats();
  }

  /**
   * Brings the conversations up to date and closes those that are idle. The programs count into the other table
   * meanwhile, and nothing counts into the one that is read. A call during another one does nothing.
   */
  async collect(): Promise<void> {
    const object = this.#object;
    if (object === undefined || this.#isCollecting) return;
    this.#isCollecting = true;
    try {
      const [full, empty] = this.#counting === 0 ? TABLES : [TABLES[1], TABLES[0]];
      await object.select('udp_current', empty);
      if (this.#isClosed) return;
      this.#counting = 1 - this.#counting;
      this.#take(full);
      this.#report();
    } finally {
      this.#isCollecting = false;
    }
  }

  /** Finds the processes of sockets that only receive; the next collect() reports them. */
  async findHolders(): Promise<void> {
    const owners = await this.#holders.search();
    if (owners.size > 0) this.conversations.own(owners);
  }

  /** Datagrams that are in no flow, or in one though they were not delivered, by reason. */
  losses(): Record<string, number> {
    const counts = this.#object?.counters('loss') ?? [];
    return {
      udpTableFull: counts[UdpLoss.FULL] ?? 0,
      udpHeaders: counts[UdpLoss.HEADERS] ?? 0,
      udpUnsettled: (counts[UdpLoss.UNSETTLED] ?? 0) + this.conversations.unsettled,
      udpRunsSkipped: skippedRuns(this.programs().filter(({ name }) => COUNTING.includes(name))),
    };
  }

  programs(): ProgramInfo[] {
    return this.#object?.programs() ?? [];
  }

  close(): void {
    this.#isClosed = true;
    this.#object?.close();
  }

  #take(table: string): void {
    let token: Uint8Array | undefined;
    do {
      const batch = this.#object?.takeBatch(table, this.#batch, token) ?? { count: 0, token: undefined };
      for (let index = 0; index < batch.count; index++) {
        this.#key.offset = index * PAIR_BYTES;
        this.#count.offset = this.#key.offset + UdpKey.size;
        if (this.#count.pid !== 0) this.#holders.learn(this.#count.inode, this.#count);
        this.conversations.add(this.#key, this.#count);
      }
      token = batch.token;
    } while (token !== undefined);
  }

  #report(): void {
    const { translator, bootNs, idleMs } = this.#options;
    for (const record of this.conversations.begun()) translator.enqueue(record);
    translator.resolve();
    this.conversations.report();
    this.conversations.closeIdle(bootNs() - idleMs * 1e6);
  }
}
