import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { constants, createGzip, type Gzip } from 'node:zlib';
import { SysprobeError } from '../../lib/errors.ts';

/** What is lost of a compressed file when the command is killed. */
const FLUSH_MS = 1000;

/** A file that grows by whole items, compressed when its name ends in `.gz`. Nobody else may read it. */
export class SessionFile {
  readonly #path: string;
  readonly #file: WriteStream;
  readonly #gzip: Gzip | undefined;
  readonly #flusher: NodeJS.Timeout | undefined;
  #failure: Error | undefined;
  #bytes = 0;

  private constructor(path: string, force: boolean) {
    this.#path = path;
    this.#file = createWriteStream(path, { flags: force ? 'w' : 'wx', mode: 0o600 });
    this.#file.on('error', (error) => this.#fail(error));
    if (!path.endsWith('.gz')) return;
    this.#gzip = createGzip();
    this.#gzip.pipe(this.#file);
    this.#flusher = setInterval(() => this.#gzip?.flush(constants.Z_SYNC_FLUSH), FLUSH_MS);
  }

  /** Throws SP_FILE_UNUSABLE when it cannot be made, or is there and is not to be replaced. */
  static async open(path: string, { force }: { force: boolean }): Promise<SessionFile> {
    const session = new SessionFile(path, force);
    await new Promise<void>((resolve) =>
      session.#file.once('open', () => resolve()).once('error', () => resolve()),
    );
    session.#check();
    return session;
  }

  /** Before compression. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves when there is room for more. Throws SP_FILE_UNUSABLE. */
  async write(item: Uint8Array): Promise<void> {
    this.#check();
    const into = this.#gzip ?? this.#file;
    this.#bytes += item.length;
    if (into.write(item)) return;
    await new Promise<void>((resolve) => {
      const settle = () => {
        into.off('drain', settle);
        this.#file.off('error', settle);
        resolve();
      };
      into.once('drain', settle);
      this.#file.once('error', settle);
    });
    this.#check();
  }

  async close(): Promise<void> {
    clearInterval(this.#flusher);
    (this.#gzip ?? this.#file).end();
    await finished(this.#file).catch((error) => this.#fail(error));
    this.#check();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
  }

  #check(): void {
    const cause = this.#failure as NodeJS.ErrnoException | undefined;
    if (cause === undefined) return;
    clearInterval(this.#flusher);
    throw new SysprobeError('SP_FILE_UNUSABLE', explain(this.#path, cause), { cause });
  }
}

function explain(path: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'EEXIST') return `${path} is there already; give another name, or --force to replace it`;
  return `${path} cannot be written: ${message}`;
}
