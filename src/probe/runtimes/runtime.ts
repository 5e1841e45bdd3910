/** What a runtime tells of a container; what it does not tell is absent. */
export interface ContainerInfo {
  name?: string;
  image?: string;
  labels: Readonly<Record<string, string>>;
  kind: 'container' | 'sandbox';
  /** Of its first process, in the pid namespace of the host; absent when it does not run. */
  pid?: number;
  /** Earlier lives, where the runtime counts them. */
  restarts?: number;
  /** How it ended; absent while it runs. */
  exit?: ContainerExit;
}

export interface ContainerExit {
  code: number;
  oomKilled: boolean;
}

/** One runtime behind a socket. */
export interface RuntimeClient {
  /**
   * Undefined: the runtime answers and does not know the container. Rejects when it does not answer in time or with
   * something else.
   */
  inspect(id: string): Promise<ContainerInfo | undefined>;
  /** Idempotent; questions under way reject. */
  close(): void;
}

export interface RuntimeClientOptions {
  socket: string;
  /** For the whole of one answer. */
  timeoutMs: number;
  /** Of one answer. */
  maxBytes: number;
}
