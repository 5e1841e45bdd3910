/** Where what the agent knows goes to, beside those who ask for it. */
export interface Sink {
  start(): void;
  /** Sends what it has, for a moment, and ends. */
  stop(): Promise<void>;
  readonly status: SinkStatus;
}

export interface SinkStatus {
  name: string;
  /** Points of metrics, or events: what the receiver took. */
  sent: number;
  /** Of those, what waits to be sent. */
  queued: number;
  /** Requests that were sent again. */
  retries: number;
  /** What the receiver never got, by reason. */
  dropped: Readonly<Record<string, number>>;
  /** Why nothing gets through now. */
  lastError?: string | undefined;
}
