/** What the page reads of `/api/v1/status`. */
export interface Status {
  version: string;
  /** Events that neither the map nor the flows show. */
  lost: number;
  tables: { name: string; used: number }[];
  sources?: { name: string; state: string }[];
  probe: {
    socket: string;
    connected: boolean;
    lastError?: { message: string };
  };
}

/** Undefined for the answer of something that is no node-agent, or of one that is too old for this page. */
export function asStatus(answer: unknown): Status | undefined {
  const { lost, tables, probe } = (answer ?? {}) as Partial<Status>;
  const fits = typeof lost === 'number' && Array.isArray(tables) && typeof probe?.connected === 'boolean';
  return fits ? (answer as Status) : undefined;
}

/** Whether the agent has names of pods and services. */
export function knowsKubernetes(status: Status | undefined): boolean {
  const source = status?.sources?.find(({ name }) => name === 'kubernetes');
  return source !== undefined && source.state !== 'off';
}

/** Flows that the agent keeps: those that are open, and all. */
export function keptFlows({ tables }: Status): { open: number; all: number } {
  const used = (table: string) => tables.find(({ name }) => name === table)?.used ?? 0;
  return { open: used('flows'), all: used('flows') + used('closedFlows') };
}
