import type { Rate } from '../../map/rate.ts';

const WIDTH = 3;

/** Rates by slot. */
export class Rates {
  #numbers = new Float64Array(1024 * WIDTH);

  read(slot: number): Rate {
    const at = slot * WIDTH;
    const [sent = 0, received = 0, untilMs = 0] = [
      this.#numbers[at],
      this.#numbers[at + 1],
      this.#numbers[at + 2],
    ];
    return { sent, received, untilMs };
  }

  write(slot: number, { sent, received, untilMs }: Rate): void {
    const at = slot * WIDTH;
    if (at >= this.#numbers.length) this.#grow();
    this.#numbers[at] = sent;
    this.#numbers[at + 1] = received;
    this.#numbers[at + 2] = untilMs;
  }

  /** Those of the slots, in their order. */
  pick(slots: Uint32Array): Rates {
    const picked = new Rates();
    for (const [i, slot] of slots.entries()) picked.write(i, this.read(slot));
    return picked;
  }

  #grow(): void {
    const larger = new Float64Array(this.#numbers.length * 2);
    larger.set(this.#numbers);
    this.#numbers = larger;
  }
}
