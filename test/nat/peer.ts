import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Endpoint } from '../../src/wire/flow.ts';
import { freePort } from '../live/ports.ts';
import type { Namespace } from './topology.ts';

export interface Ends {
  source: Endpoint;
  dest: Endpoint;
}

/** A connection as each of its ends sees it. */
export interface Conversation {
  id: number;
  client: Ends;
  server: Ends;
}

export interface Address {
  protocol?: 'tcp' | 'udp';
  ip: string;
  port: number;
  localPort?: number;
}

interface Answer extends Partial<Conversation> {
  id: number;
  error?: string;
}

/** A process in a network namespace that listens and connects there (peer.mjs). */
export class Peer {
  /** Inode of its namespace. */
  readonly netns: number;
  readonly #process;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastId = 0;

  constructor({ name, path }: Namespace) {
    this.netns = statSync(path).ino;
    const program = [process.execPath, 'test/nat/peer.mjs'];
    this.#process = spawn('ip', ['netns', 'exec', name, ...program], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      const answer: Answer = JSON.parse(line);
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  async listen(...addresses: Address[]): Promise<void> {
    await Promise.all(addresses.map((address) => this.#ask('listen', { ...address })));
  }

  /** Connects, and stays connected. Throws when there was no connection. */
  async connect(address: Address): Promise<Conversation> {
    const localPort = freePort();
    const answer = await this.#ask('connect', { localPort, ...address });
    const { id, client, server, error } = answer;
    if (client === undefined || server === undefined) throw new Error(`no connection: ${error}`);
    return { id, client, server };
  }

  /** Begins to connect; the answer is for reset(). */
  begin(address: Address): number {
    void this.#ask('connect', { ...address });
    return this.#lastId;
  }

  async reset(id: number): Promise<void> {
    await this.#ask('reset', { of: id });
  }

  async stop(): Promise<void> {
    this.#process.stdin.end();
    await once(this.#process, 'exit');
  }

  #ask(operation: string, details: object): Promise<Answer> {
    const id = ++this.#lastId;
    this.#process.stdin.write(`${JSON.stringify({ id, operation, ...details })}\n`);
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }
}
