import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Certificates } from './certificates.ts';

export interface ApiObject {
  metadata: { name: string; namespace?: string; resourceVersion?: string; [more: string]: unknown };
  spec?: { nodeName?: string; [more: string]: unknown };
  [more: string]: unknown;
}

type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

interface Change {
  version: number;
  path: string;
  type: ChangeType;
  object: ApiObject;
}

/** What the server does instead of answering as it should. */
export type Misbehaviour = 'none' | 'silent' | 'slow' | 'garbage' | 'error' | 'forbidden';

/** Stands in for the API server of Kubernetes: list in pages and watch, of any path, over TLS. */
export class ApiServer {
  token: string | undefined;
  misbehaviour: Misbehaviour = 'none';
  readonly requests: URL[] = [];
  readonly #server: Server;
  readonly #objects = new Map<string, Map<string, ApiObject>>();
  readonly #watchers = new Set<{ url: URL; answer: ServerResponse }>();
  #changes: Change[] = [];
  #version = 1;
  #oldest = 0;

  constructor({ key, cert }: Pick<Certificates, 'key' | 'cert'>) {
    this.#server = createServer({ key, cert }, (request, answer) => {
      this.#answer(request, answer);
    });
  }

  /** For one test. */
  async start(port = 0): Promise<this> {
    await this.listen(port);
    onTestFinished(() => this.stop());
    return this;
  }

  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  requestsOf(path: string, kind: 'list' | 'watch'): URL[] {
    return this.requests.filter(
      ({ pathname, searchParams }) => pathname === path && (kind === 'watch') === searchParams.has('watch'),
    );
  }

  put(path: string, object: ApiObject): void {
    const objects = this.#of(path);
    const key = keyOf(object);
    this.#change({ path, type: objects.has(key) ? 'MODIFIED' : 'ADDED', object });
  }

  delete(path: string, object: ApiObject): void {
    this.#change({ path, type: 'DELETED', object });
  }

  /** A version without a change. */
  bookmark(): void {
    this.#version += 1;
    const object = { metadata: { resourceVersion: String(this.#version) } };
    for (const { answer } of this.#watchers)
      answer.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  }

  /** Forgets the changes: who watches from before now is told that they are gone. */
  compact(): void {
    this.#oldest = this.#version;
    this.#changes = [];
  }

  /** Cuts all watches in the middle of a line. */
  dropWatches(): void {
    for (const { answer } of this.#watchers) {
      answer.write('{"type":"MODIF');
      answer.socket?.destroy();
    }
  }

  tellWatchers(line: string): void {
    for (const { answer } of this.#watchers) answer.write(`${line}\n`);
  }

  #change({ path, type, object }: Omit<Change, 'version'>): void {
    this.#version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    if (type === 'DELETED') this.#of(path).delete(keyOf(object));
    else this.#of(path).set(keyOf(object), stored);
    const change = { version: this.#version, path, type, object: stored };
    this.#changes.push(change);
    for (const watcher of this.#watchers) send(watcher, change);
  }

  #of(path: string): Map<string, ApiObject> {
    const objects = this.#objects.get(path) ?? new Map();
    this.#objects.set(path, objects);
    return objects;
  }

  #answer(request: IncomingMessage, answer: ServerResponse): void {
    const url = new URL(request.url ?? '', 'https://localhost');
    this.requests.push(url);
    if (this.misbehaviour === 'silent') return;
    if (this.token !== undefined && request.headers.authorization !== `Bearer ${this.token}`)
      refuse(answer, 401);
    else if (this.misbehaviour === 'error') refuse(answer, 500);
    else if (this.misbehaviour === 'forbidden') refuse(answer, 403);
    else if (this.misbehaviour === 'garbage') answer.end('{"items": [oops');
    else if (url.searchParams.has('watch')) this.#watch(url, answer);
    else this.#list(url, answer);
  }

  #list({ pathname, searchParams }: URL, answer: ServerResponse): void {
    const all = [...this.#of(pathname).values()].filter((object) => isSelected(object, searchParams));
    const [version, from] = (searchParams.get('continue') ?? `${this.#version}:0`).split(':').map(Number);
    if (version === undefined || from === undefined || version < this.#oldest) {
      refuse(answer, 410);
      return;
    }
    const limit = Number(searchParams.get('limit') ?? all.length);
    const items = all.slice(from, from + limit);
    const rest = from + limit < all.length ? { continue: `${version}:${from + limit}` } : {};
    const metadata = { resourceVersion: String(version), ...rest };
    answer.setHeader('content-type', 'application/json');
    const text = JSON.stringify({ kind: 'List', apiVersion: 'v1', metadata, items });
    if (this.misbehaviour === 'slow') trickle(answer, text);
    else answer.end(text);
  }

  #watch(url: URL, answer: ServerResponse): void {
    const from = Number(url.searchParams.get('resourceVersion'));
    answer.writeHead(200, { 'content-type': 'application/json' });
    answer.flushHeaders();
    if (from < this.#oldest) {
      const object = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
      answer.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
      return;
    }
    const watcher = { url, answer };
    for (const change of this.#changes) if (change.version > from) send(watcher, change);
    this.#watchers.add(watcher);
    answer.on('close', () => this.#watchers.delete(watcher));
  }
}

/** A few characters at a time. */
function trickle(answer: ServerResponse, text: string): void {
  if (text === '') answer.end();
  else answer.write(text.slice(0, 100), () => setImmediate(trickle, answer, text.slice(100)));
}

function send({ url, answer }: { url: URL; answer: ServerResponse }, { path, type, object }: Change): void {
  if (path !== url.pathname || !isSelected(object, url.searchParams)) return;
  answer.write(`${JSON.stringify({ type, object })}\n`);
}

function isSelected({ spec }: ApiObject, params: URLSearchParams): boolean {
  const node = /^spec\.nodeName=(.+)$/.exec(params.get('fieldSelector') ?? '')?.[1];
  return node === undefined || spec?.nodeName === node;
}

function keyOf({ metadata: { namespace = '', name } }: ApiObject): string {
  return `${namespace}/${name}`;
}

function refuse(answer: ServerResponse, code: number): void {
  answer.writeHead(code, { 'content-type': 'application/json' });
  answer.end(JSON.stringify({ kind: 'Status', status: 'Failure', code }));
}
