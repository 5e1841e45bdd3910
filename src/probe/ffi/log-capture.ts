import type { Libraries } from './libraries.ts';
import { getU64, type Memory, setU64 } from './memory.ts';

const KEPT = 64 * 1024;

/**
 * What libbpf says during a call. It prints to C's `stderr` unless it is given a function, and one of JavaScript costs
 * milliseconds for each of the hundreds of lines that nobody reads, because ffi-napi makes a view of the stack for it.
 * So for the length of a call `stderr` is a stream in memory; no thread but this one prints there but to say that the
 * process ends.
 */
export class LogCapture {
  readonly #libraries: Libraries;
  readonly #variable: number;
  readonly #usual: Memory;
  readonly #stream: Memory;
  /** Where the stream's text is, and its length, after fflush(). */
  readonly #text: Memory;
  readonly #size: Memory;

  constructor(libraries: Libraries) {
    const { c, copyAt, memory, variable } = libraries;
    this.#libraries = libraries;
    this.#variable = variable('stderr');
    this.#usual = copyAt(this.#variable, 8);
    this.#text = memory.allocate(8);
    this.#size = memory.allocate(8);
    this.#stream = memory.allocate(8);
    setU64(this.#stream.view, 0, c.open_memstream(this.#text, this.#size));
  }

  begin(): void {
    this.#libraries.c['write:memcpy'](this.#variable, this.#stream, 8);
  }

  /** The end of what was said since begin(). */
  text(): string {
    const { c, copyAt } = this.#libraries;
    c.fflush(getU64(this.#stream.view, 0));
    const size = getU64(this.#size.view, 0);
    const kept = Math.min(size, KEPT);
    const { bytes } = copyAt(getU64(this.#text.view, 0) + size - kept, kept);
    return bytes.toString('utf8', 0, kept);
  }

  end(): void {
    const { c } = this.#libraries;
    c['write:memcpy'](this.#variable, this.#usual, 8);
    c.rewind(getU64(this.#stream.view, 0));
  }
}
