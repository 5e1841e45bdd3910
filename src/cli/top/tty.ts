import type { Size } from './screen.ts';

const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const TO_LINE_END = '\x1b[K';
const TO_SCREEN_END = '\x1b[J';

const ENDING = { SIGTERM: 143, SIGHUP: 129 } as const;
const INTERRUPTED = 130;
const CTRL_C = '\x03';
const CTRL_Z = '\x1a';

export interface TtyOptions {
  onKeys: (input: string) => void;
  onResize: () => void;
}

/**
 * The terminal as a screen of its own. Whatever ends the program, even an error that nobody expected, the terminal is
 * what it was before.
 */
export class Tty {
  readonly #options: TtyOptions;
  #open = false;

  constructor(options: TtyOptions) {
    this.#options = options;
  }

  get size(): Size {
    return { columns: process.stdout.columns ?? 80, lines: process.stdout.rows ?? 24 };
  }

  open(): void {
    // Not reached by a signal that nobody catches; all others are below.
    process.once('exit', () => this.close());
    for (const [signal, code] of Object.entries(ENDING)) process.once(signal, () => process.exit(code));
    process.stdout.on('resize', () => this.#options.onResize());
    process.on('SIGCONT', () => {
      this.#enter();
      this.#options.onResize();
    });
    process.stdin.setEncoding('utf8').on('data', (input: string) => this.#read(input));
    // The other end of the terminal has gone.
    process.stdin.on('error', () => process.exit(ENDING.SIGHUP));
    this.#enter();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    process.stdin.setRawMode?.(false).pause();
    process.stdout.write(LEAVE);
  }

  show(lines: readonly string[]): void {
    if (!this.#open) return;
    process.stdout.write(HOME + lines.join(`${TO_LINE_END}\r\n`) + TO_LINE_END + TO_SCREEN_END);
  }

  #enter(): void {
    this.#open = true;
    process.stdin.setRawMode?.(true).resume();
    process.stdout.write(ENTER);
  }

  /** A terminal in raw mode sends keys where it sent signals before. */
  #read(input: string): void {
    if (input.includes(CTRL_C)) process.exit(INTERRUPTED);
    if (input.includes(CTRL_Z)) {
      this.close();
      process.kill(process.pid, 'SIGSTOP');
    } else {
      this.#options.onKeys(input);
    }
  }
}
