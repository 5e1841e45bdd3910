import type { Client, ServiceError } from '@grpc/grpc-js';
import { decode, encode, type Message, type Schema } from '../../lib/protobuf.ts';
import {
  type ContainerStatusResponse,
  containerStatusRequest,
  containerStatusResponse,
  type SandboxStatusResponse,
  sandboxStatusRequest,
  sandboxStatusResponse,
} from './cri-messages.ts';
import type { ContainerInfo, RuntimeClient, RuntimeClientOptions } from './runtime.ts';

const UNIMPLEMENTED = 12;
const NOT_FOUND = 5;
/** CONTAINER_EXITED. */
const EXITED = 2;
/** containerd before 1.6 and CRI-O before 1.20 speak the older one only, with the same messages. */
const VERSIONS = ['runtime.v1', 'runtime.v1alpha2'] as const;

interface Question {
  method: string;
  request: Schema;
  response: Schema;
  id: string;
}

/** containerd, CRI-O and what else speaks the Container Runtime Interface on a socket. */
export class CriClient implements RuntimeClient {
  readonly #options: RuntimeClientOptions;
  #client: Promise<Client> | undefined;
  #version: (typeof VERSIONS)[number] = VERSIONS[0];

  constructor(options: RuntimeClientOptions) {
    this.#options = options;
  }

  async inspect(id: string): Promise<ContainerInfo | undefined> {
    const container = (await this.#ask({
      method: 'ContainerStatus',
      request: containerStatusRequest,
      response: containerStatusResponse,
      id,
    })) as ContainerStatusResponse | undefined;
    if (container?.status !== undefined) return containerInfo(container);
    const sandbox = (await this.#ask({
      method: 'PodSandboxStatus',
      request: sandboxStatusRequest,
      response: sandboxStatusResponse,
      id,
    })) as SandboxStatusResponse | undefined;
    return sandbox?.status === undefined ? undefined : sandboxInfo(sandbox);
  }

  close(): void {
    this.#client?.then((client) => client.close());
    this.#client = undefined;
  }

  async #ask(question: Question): Promise<Message | undefined> {
    try {
      return await this.#call(question);
    } catch (error) {
      const { code } = error as ServiceError;
      if (code === NOT_FOUND) return undefined;
      const [, older] = VERSIONS;
      if (code !== UNIMPLEMENTED || this.#version === older) throw error;
      this.#version = older;
      return this.#ask(question);
    }
  }

  async #call({ method, request, response, id }: Question): Promise<Message> {
    this.#client ??= connect(this.#options);
    const client = await this.#client;
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        `/${this.#version}.RuntimeService/${method}`,
        (message: Message) => Buffer.from(encode(message, request)),
        (bytes: Buffer) => decode(bytes, response),
        { id, verbose: 1 },
        { deadline: Date.now() + this.#options.timeoutMs },
        (error: ServiceError | null, message?: Message) => (error ? reject(error) : resolve(message ?? {})),
      );
    });
  }
}

/** Loaded when the first CRI socket is asked: the library takes 13 MB that a host without one need not pay. */
async function connect({ socket, maxBytes }: RuntimeClientOptions): Promise<Client> {
  const { Client, credentials } = await import('@grpc/grpc-js');
  return new Client(`unix:${socket}`, credentials.createInsecure(), {
    'grpc.max_receive_message_length': maxBytes,
    // What answers on the socket is on this machine: no proxy of the environment may come between.
    'grpc.enable_http_proxy': 0,
    'grpc.initial_reconnect_backoff_ms': 500,
    'grpc.max_reconnect_backoff_ms': 10_000,
    'grpc.service_config_disable_resolution': 1,
    'grpc.use_local_subchannel_pool': 1,
  });
}

function containerInfo({ status, info }: ContainerStatusResponse): ContainerInfo {
  const { metadata, state, exitCode = 0, reason, image, imageRef, labels = {} } = status ?? {};
  return compact({
    kind: 'container',
    labels,
    name: metadata?.name,
    image: image?.image || imageRef,
    restarts: metadata?.attempt ?? 0,
    pid: pidOf(info),
    exit: state === EXITED ? { code: exitCode, oomKilled: reason === 'OOMKilled' } : undefined,
  });
}

function sandboxInfo({ status, info }: SandboxStatusResponse): ContainerInfo {
  const { metadata, labels = {} } = status ?? {};
  return compact({
    kind: 'sandbox',
    labels,
    name: metadata?.name,
    restarts: metadata?.attempt,
    pid: pidOf(info),
  });
}

/** The verbose answer is JSON of the runtime's own; containerd and CRI-O both have a pid in it. */
function pidOf(info: Record<string, string> = {}): number | undefined {
  try {
    const { pid } = JSON.parse(info.info ?? '{}') as { pid?: unknown };
    return typeof pid === 'number' && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function compact(info: { [Key in keyof ContainerInfo]: ContainerInfo[Key] | undefined }): ContainerInfo {
  const known = Object.entries(info).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(known) as unknown as ContainerInfo;
}
