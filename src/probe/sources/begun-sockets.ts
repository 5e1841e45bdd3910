import { BegunRecord } from '../events.gen.ts';

const ADDRESS_SIZE = 8;

/** Sockets whose connection began and is not known to have closed, with the moment that tells it from their next one. */
export class BegunSockets {
  readonly #openings = new Map<number, number>();
  /** What `sock` leaves out, which is the same for every socket of a kernel. */
  #addressTop = 0;

  get size(): number {
    return this.#openings.size;
  }

  began(record: BegunRecord): void {
    this.#openings.set(record.sock, record.openedNs);
    this.#addressTop = record.view.getUint16(record.offset + BegunRecord.at.sock + 6, true);
  }

  closed(sock: number): void {
    this.#openings.delete(sock);
  }

  /** Takes out at most `limit` of them: the openings by socket, and the sockets' addresses as the kernel has them. */
  take(limit: number): { openings: Map<number, number>; addresses: Uint8Array } {
    const openings = new Map<number, number>();
    const addresses = new DataView(new ArrayBuffer(Math.min(limit, this.size) * ADDRESS_SIZE));
    for (const [sock, openedNs] of this.#openings) {
      if (openings.size === limit) break;
      const at = openings.size * ADDRESS_SIZE;
      addresses.setUint32(at, sock % 0x1_0000_0000, true);
      addresses.setUint16(at + 4, sock / 0x1_0000_0000, true);
      addresses.setUint16(at + 6, this.#addressTop, true);
      openings.set(sock, openedNs);
    }
    for (const sock of openings.keys()) this.#openings.delete(sock);
    return { openings, addresses: new Uint8Array(addresses.buffer) };
  }
}
