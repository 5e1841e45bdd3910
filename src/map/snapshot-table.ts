import type { Snapshot } from './snapshot.ts';

const FIELDS = [
  'opened',
  'closed',
  'lastSeen',
  'sent',
  'received',
  'retransmits',
  'connectUs',
  'rttUs',
  'rateSent',
  'rateReceived',
  'rateUntil',
  'failure',
] as const satisfies readonly (keyof Snapshot)[];

/** Snapshots by slot number in one typed array: 96 bytes each, where an object with boxed numbers needs 300. */
export class SnapshotTable {
  #data = new Float64Array(64 * FIELDS.length);
  #ids: (string | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#ids.length - this.#free.length;
  }

  add(id: string): number {
    const slot = this.#free.pop() ?? this.#ids.length;
    this.#ids[slot] = id;
    if ((slot + 1) * FIELDS.length > this.#data.length) this.#grow();
    return slot;
  }

  delete(slot: number): void {
    this.#ids[slot] = undefined;
    this.#data.fill(0, slot * FIELDS.length, (slot + 1) * FIELDS.length);
    this.#free.push(slot);
  }

  id(slot: number): string | undefined {
    return this.#ids[slot];
  }

  read(slot: number): Snapshot {
    const at = slot * FIELDS.length;
    const data = this.#data;
    return {
      opened: data[at] ?? 0,
      closed: data[at + 1] ?? 0,
      lastSeen: data[at + 2] ?? 0,
      sent: data[at + 3] ?? 0,
      received: data[at + 4] ?? 0,
      retransmits: data[at + 5] ?? 0,
      connectUs: data[at + 6] ?? 0,
      rttUs: data[at + 7] ?? 0,
      rateSent: data[at + 8] ?? 0,
      rateReceived: data[at + 9] ?? 0,
      rateUntil: data[at + 10] ?? 0,
      failure: data[at + 11] ?? 0,
    };
  }

  write(slot: number, snapshot: Snapshot): void {
    const at = slot * FIELDS.length;
    for (let i = 0; i < FIELDS.length; i++) this.#data[at + i] = snapshot[FIELDS[i] as keyof Snapshot];
  }

  #grow(): void {
    const larger = new Float64Array(this.#data.length * 2);
    larger.set(this.#data);
    this.#data = larger;
  }
}
