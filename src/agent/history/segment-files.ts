import { accessSync, constants, mkdirSync, readdirSync, statSync } from 'node:fs';
import { type FileHandle, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { SysprobeError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { FlowBlock } from './flow-block.ts';
import { decodeSegment, encodeBlock, SEGMENT_HEAD } from './segment-format.ts';

export interface SegmentFilesOptions {
  folder: string;
  /** Of all files; beyond it the oldest is removed. */
  maxBytes: number;
  log: Logger;
}

export interface SegmentStatus {
  files: number;
  bytes: number;
  maxBytes: number;
  /** Blocks that could not be written, or waited behind too many others. */
  unwritten: number;
  /** Of the files of earlier runs: damaged blocks, and files that end in the middle of one. */
  corrupt: number;
  torn: number;
  lastError?: string;
}

interface SegmentFile {
  path: string;
  bytes: number;
}

interface OpenFile {
  handle: FileHandle;
  file: SegmentFile;
  /** Something is in it that can be read again. */
  hasBlock: boolean;
}

const NAME = /^flows-(\d{15})\.segment$/;
/** Of so many files the oldest is removed at a time. */
const FILES = 8;
/** Blocks that wait to be written: more come only when the disk stands still. */
const MAX_WAITING = 64;

/** The blocks of the history in files, so that they survive a restart. What cannot be written is counted and goes on. */
export class SegmentFiles {
  readonly #options: SegmentFilesOptions;
  readonly #files: SegmentFile[] = [];
  readonly #waiting: FlowBlock[] = [];
  readonly #counts = { unwritten: 0, corrupt: 0, torn: 0 };
  #current: OpenFile | undefined;
  #writing: Promise<void> | undefined;
  #lastError: string | undefined;
  #lastNumber = 0;

  /** Throws SP_CONFIG_INVALID when files cannot be written there. */
  constructor(options: SegmentFilesOptions) {
    const { folder } = options;
    this.#options = options;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o750 });
      accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
      for (const name of readdirSync(folder).sort()) {
        const number = NAME.exec(name)?.[1];
        if (number === undefined) continue;
        const path = join(folder, name);
        this.#files.push({ path, bytes: statSync(path).size });
        this.#lastNumber = Number(number);
      }
    } catch (cause) {
      const message = `historyFolder ${folder} cannot be used: ${(cause as Error).message}; give a folder that the agent may write to`;
      throw new SysprobeError('SP_CONFIG_INVALID', message, { operation: 'open', cause });
    }
  }

  get status(): SegmentStatus {
    const bytes = this.#files.reduce((sum, file) => sum + file.bytes, 0);
    const { maxBytes } = this.#options;
    return {
      files: this.#files.length,
      bytes,
      maxBytes,
      ...this.#counts,
      ...(this.#lastError !== undefined && { lastError: this.#lastError }),
    };
  }

  /** The blocks of earlier runs, the oldest first. A file that cannot be read counts as one damaged block. */
  async *read(): AsyncGenerator<FlowBlock> {
    for (const { path } of [...this.#files]) {
      try {
        const { blocks, corrupt, torn } = decodeSegment(await readFile(path));
        this.#counts.corrupt += corrupt;
        this.#counts.torn += Number(torn);
        yield* blocks;
      } catch (error) {
        this.#counts.corrupt += 1;
        this.#failed(error as Error);
      }
    }
    const { corrupt, torn } = this.#counts;
    if (corrupt + torn > 0) this.#options.log.warn({ corrupt, torn }, 'parts of the history were damaged');
  }

  append(block: FlowBlock): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#counts.unwritten += 1;
      return;
    }
    this.#waiting.push(block);
    this.#writing ??= this.#write();
  }

  /** Resolves when all that was appended is written, or could not be. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#finish();
  }

  async #write(): Promise<void> {
    for (let block = this.#waiting.shift(); block !== undefined; block = this.#waiting.shift()) {
      try {
        await this.#put(encodeBlock(block));
        this.#lastError = undefined;
      } catch (error) {
        this.#counts.unwritten += 1;
        this.#failed(error as Error);
        await this.#giveUp();
      }
      await this.#removeOldest();
    }
    this.#writing = undefined;
  }

  async #put(bytes: Buffer): Promise<void> {
    this.#current ??= await this.#begin();
    const { handle, file } = this.#current;
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await handle.write(bytes, written);
      written += bytesWritten;
      file.bytes += bytesWritten;
    }
    this.#current.hasBlock = true;
    if (file.bytes >= this.#options.maxBytes / FILES) await this.#finish();
  }

  /** Names ascend also when the clock was set back. */
  async #begin(): Promise<OpenFile> {
    this.#lastNumber = Math.max(Date.now(), this.#lastNumber + 1);
    const name = `flows-${String(this.#lastNumber).padStart(15, '0')}.segment`;
    const path = join(this.#options.folder, name);
    const handle = await open(path, 'wx', 0o640);
    const file = { path, bytes: 0 };
    this.#files.push(file);
    this.#current = { handle, file, hasBlock: false };
    await handle.write(SEGMENT_HEAD);
    file.bytes = SEGMENT_HEAD.length;
    return this.#current;
  }

  async #finish(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await current?.handle.close().catch((error) => this.#failed(error));
  }

  /** What is behind a block that is not whole could not be read. A file that has nothing else is none. */
  async #giveUp(): Promise<void> {
    const current = this.#current;
    await this.#finish();
    if (current === undefined || current.hasBlock) return;
    this.#files.splice(this.#files.indexOf(current.file), 1);
    await unlink(current.file.path).catch((error) => this.#failed(error));
  }

  async #removeOldest(): Promise<void> {
    const { maxBytes } = this.#options;
    while (this.status.bytes > maxBytes && this.#files.length > 1) {
      const oldest = this.#files.shift();
      if (oldest !== undefined) await unlink(oldest.path).catch((error) => this.#failed(error));
    }
  }

  /** The same failure is told once, until something could be written again. */
  #failed(error: Error): void {
    if (this.#lastError === error.message) return;
    this.#lastError = error.message;
    const { folder, log } = this.#options;
    log.warn({ folder, err: error }, 'the history cannot be written to files; it goes on in memory');
  }
}
