// One program that `npm start` runs: started, watched, stopped.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const stopWithinMs = 10_000;
const level = { warn: 40, fatal: 60 };

export class Program {
  #child;
  #name;
  #onWarning;
  #lastWords = '';
  #lastWarning = '';
  /** Resolves with the reason when the program has ended, whatever the cause. */
  ended;

  /**
   * The program gets SIGTERM when this process dies, however it dies. Its own session keeps the terminal's
   * Ctrl-C from it, so that the order of stopping stays ours.
   */
  constructor(name, { args, setpriv = [], onWarning }) {
    this.#name = name;
    this.#onWarning = onWarning;
    const command = [...setpriv, '--pdeathsig', 'TERM', '--', process.execPath, ...args];
    this.#child = spawn('setpriv', command, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    createInterface(this.#child.stderr).on('line', (line) => this.#hear(line));
    this.ended = new Promise((resolve) => {
      this.#child.on('error', (error) => resolve(`${name} cannot be started: ${error.message}`));
      this.#child.on('close', (code, signal) => resolve(this.#reason(code, signal)));
    });
  }

  async stop() {
    this.#child.kill('SIGTERM');
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), stopWithinMs);
    await this.ended;
    clearTimeout(kill);
  }

  /** The programs log JSON lines; what else they say is what the interpreter prints when it gives up. */
  #hear(line) {
    const entry = parseEntry(line);
    if (entry === undefined) {
      if (/^\w.*\w/.test(line) && !/^(node:|Node\.js v)/.test(line)) this.#lastWords = line;
    } else if (entry.level >= level.fatal) {
      this.#lastWords = entry.msg;
    } else if (entry.level >= level.warn) {
      this.#warn(entry.err?.message === undefined ? entry.msg : `${entry.msg}: ${entry.err.message}`);
    }
  }

  /** What is said over and over is said once. */
  #warn(text) {
    if (text !== this.#lastWarning) this.#onWarning(`${this.#name}: ${text}`);
    this.#lastWarning = text;
  }

  #reason(code, signal) {
    if (this.#lastWords === '') return `${this.#name} ended (${signal ?? `exit code ${code}`})`;
    return this.#lastWords.startsWith(`${this.#name}: `)
      ? this.#lastWords
      : `${this.#name}: ${this.#lastWords}`;
  }
}

function parseEntry(line) {
  try {
    const entry = JSON.parse(line);
    return typeof entry?.msg === 'string' ? entry : undefined;
  } catch {
    return undefined;
  }
}
