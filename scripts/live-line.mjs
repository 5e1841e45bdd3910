const everyMs = 5_000;

/** The last line of a terminal, written over each time; elsewhere a new line every five seconds. */
export class LiveLine {
  #stream;
  #shown = false;
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(stream) {
    this.#stream = stream;
  }

  show(text) {
    if (this.#stream.isTTY) {
      this.#stream.write(`\r\x1b[2K${text.slice(0, this.#stream.columns - 1)}`);
      this.#shown = true;
    } else if (performance.now() - this.#writtenAt >= everyMs) {
      this.#stream.write(`${text}\n`);
      this.#writtenAt = performance.now();
    }
  }

  /** A line that stays, above the live one. */
  say(text) {
    this.#stream.write(`${this.#shown ? '\r\x1b[2K' : ''}${text}\n`);
    this.#shown = false;
  }

  /** Leaves the cursor on a line of its own. */
  end() {
    if (this.#shown) this.#stream.write('\n');
    this.#shown = false;
  }
}
