import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerExit, ContainerInfo, RuntimeClient, RuntimeClientOptions } from './runtime.ts';

export interface DockerClientOptions extends RuntimeClientOptions {
  /** A container that was made, as the runtime's events tell: it may be gone before anyone could ask. */
  onCreated(id: string, info: ContainerInfo): void;
  /** A container that ended, likewise. */
  onEnded(id: string, exit: ContainerExit): void;
}

interface Inspected {
  Name?: string;
  ImageName?: string;
  Image?: string;
  IsInfra?: boolean;
  RestartCount?: number;
  Config?: { Image?: string; Labels?: Record<string, string> | null };
  State?: { Pid?: number; Status?: string; ExitCode?: number; OOMKilled?: boolean };
}

/** What Docker and podman put beside the labels. */
const ATTRIBUTES = new Set([
  'image',
  'name',
  'exitCode',
  'signal',
  'execID',
  'execDuration',
  'podId',
  'containerExitCode',
]);
const WATCH_RETRY_MS = 5000;

/** Docker's API over its socket; podman's own form of it where podman answers, which tells a pod's sandbox. */
export class DockerClient implements RuntimeClient {
  readonly #options: DockerClientOptions;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4 });
  readonly #ended = new AbortController();
  #inspectPath: Promise<string> | undefined;
  #events: ClientRequest | undefined;

  constructor(options: DockerClientOptions) {
    this.#options = options;
    this.#watch();
  }

  async inspect(id: string): Promise<ContainerInfo | undefined> {
    this.#inspectPath ??= this.#findInspectPath();
    const prefix = await this.#inspectPath.catch((error) => {
      this.#inspectPath = undefined;
      throw error;
    });
    const { status, body } = await this.#get(`${prefix}/containers/${encodeURIComponent(id)}/json`);
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`it answers with status ${status}`);
    return inspectedInfo(JSON.parse(body));
  }

  close(): void {
    this.#ended.abort();
    this.#events?.destroy();
    this.#agent.destroy();
  }

  async #findInspectPath(): Promise<string> {
    const { headers } = await this.#get('/_ping');
    return headers['libpod-api-version'] === undefined ? '' : '/v4.0.0/libpod';
  }

  #get(path: string): Promise<{ status: number; headers: IncomingMessage['headers']; body: string }> {
    const { socket, timeoutMs, maxBytes } = this.#options;
    return new Promise((resolve, reject) => {
      const call = request({ socketPath: socket, path, agent: this.#agent, headers: { host: 'localhost' } });
      const timer = setTimeout(() => call.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      call.on('close', () => clearTimeout(timer));
      call.on('error', reject);
      call.on('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > maxBytes) call.destroy(new Error(`the answer is longer than ${maxBytes} bytes`));
          else chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, body: Buffer.concat(chunks).toString() });
        });
      });
      call.end();
    });
  }

  /** Follows what is created, again and again: a runtime may be restarted. */
  async #watch(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      await this.#follow();
      await delay(WATCH_RETRY_MS, undefined, { signal: this.#ended.signal, ref: false }).catch(
        () => undefined,
      );
    }
  }

  #follow(): Promise<void> {
    const filters = JSON.stringify({ type: ['container'], event: ['create', 'die', 'died'] });
    return new Promise((resolve) => {
      const call = request({
        socketPath: this.#options.socket,
        path: `/events?filters=${encodeURIComponent(filters)}`,
        agent: false,
        headers: { host: 'localhost' },
      });
      this.#events = call;
      call.on('error', () => undefined);
      call.on('close', () => resolve());
      call.on('response', (response) => {
        if (response.statusCode !== 200) return void call.destroy();
        let rest = '';
        response.setEncoding('utf8');
        response.on('error', () => undefined);
        response.on('data', (text: string) => {
          const lines = (rest + text).split('\n');
          rest = lines.pop() ?? '';
          if (rest.length > this.#options.maxBytes) call.destroy();
          for (const line of lines) this.#hear(line);
        });
      });
      call.end();
    });
  }

  #hear(line: string): void {
    const event = parseJson(line) as
      | { Action?: string; Actor?: { ID?: unknown; Attributes?: unknown } }
      | undefined;
    const id = event?.Actor?.ID;
    if (typeof id !== 'string') return;
    const attributes = textsOf(event?.Actor?.Attributes);
    const code = Number(attributes.exitCode ?? attributes.containerExitCode);
    const hasEnded = event?.Action === 'die' || event?.Action === 'died';
    if (hasEnded && Number.isInteger(code)) this.#options.onEnded(id, { code, oomKilled: false });
    if (event?.Action !== 'create') return;
    const labels = Object.fromEntries(Object.entries(attributes).filter(([key]) => !ATTRIBUTES.has(key)));
    const { name, image } = attributes;
    this.#options.onCreated(id, {
      kind: 'container',
      labels,
      ...(name !== undefined && { name }),
      ...(image !== undefined && { image }),
    });
  }
}

function inspectedInfo(inspected: Inspected | null): ContainerInfo {
  if (typeof inspected !== 'object' || inspected === null) throw new Error('it answers with something else');
  const labels = textsOf(inspected.Config?.Labels);
  const isSandbox = inspected.IsInfra === true || labels['io.kubernetes.docker.type'] === 'podsandbox';
  const name = textOf(inspected.Name)?.replace(/^\//, '');
  // Docker's own Image is the digest, podman's too; the name that was asked for stands elsewhere in each.
  const image = textOf(inspected.ImageName) ?? textOf(inspected.Config?.Image) ?? textOf(inspected.Image);
  const pid = inspected.State?.Pid;
  const restarts = inspected.RestartCount;
  return {
    kind: isSandbox ? 'sandbox' : 'container',
    labels,
    ...(name !== undefined && { name }),
    ...(image !== undefined && { image }),
    ...(typeof pid === 'number' && pid > 0 && { pid }),
    ...(typeof restarts === 'number' && { restarts }),
    ...exitOf(inspected.State),
  };
}

function exitOf(state: Inspected['State']): { exit?: ContainerExit } {
  const { Status: status = '', ExitCode: code, OOMKilled: oomKilled = false } = state ?? {};
  const hasEnded = ['exited', 'stopped', 'removing', 'dead'].includes(status);
  return hasEnded && typeof code === 'number' ? { exit: { code, oomKilled } } : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function textsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter((entry) => typeof entry[1] === 'string'));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
