import { constants } from 'node:os';
import { shortBytes, shortDuration } from './numbers.ts';
import type { RecordStyle } from './records.ts';
import { printable } from './terminal.ts';

/** What several kinds of records have in common, as a cell of a line. `-` stands for what is not known. */

type Numeric = Pick<RecordStyle, 'numeric'>;

interface Owner {
  process?: { pid?: number; comm?: string };
  container?: { id?: string };
  /** Of the agent alone. */
  kubernetes?: { namespace?: string; pod?: string };
}

export function text(value: string | number | undefined): string {
  return value === undefined ? '-' : printable(String(value));
}

/** `curl[4121]` */
export function processName({ pid, comm }: { pid?: number; comm?: string } = {}): string {
  if (comm === undefined) return pid === undefined ? '-' : `[${pid}]`;
  return printable(comm) + (pid === undefined ? '' : `[${pid}]`);
}

/** Twelve digits name a container on every command line. */
export function containerId(id: string | undefined, whole: boolean): string {
  return text(whole ? id : id?.slice(0, 12));
}

/** `shop/cart-5d9f` */
export function podName({ kubernetes }: Owner): string | undefined {
  if (kubernetes?.pod === undefined) return undefined;
  return printable(`${kubernetes.namespace ?? ''}/${kubernetes.pod}`);
}

/** Whose it is, for the end of a compact line: the pod, else the container. */
export function home(owner: Owner): string[] {
  const pod = podName(owner);
  if (pod !== undefined) return [`pod ${pod}`];
  return owner.container?.id === undefined ? [] : [`container ${containerId(owner.container.id, false)}`];
}

export function address({ ip, port }: { ip: string; port: number }): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

export function bytes(count: number | undefined, { numeric }: Numeric): string {
  if (count === undefined) return '-';
  return numeric ? String(count) : shortBytes(count);
}

export function duration(ns: number | undefined, { numeric }: Numeric): string {
  if (ns === undefined) return '-';
  return numeric ? `${Math.round(ns / 1000)}us` : shortDuration(ns);
}

export function micros(us: number | undefined, style: Numeric): string {
  return duration(us === undefined ? undefined : us * 1000, style);
}

interface Ending {
  state: string;
  exitCode?: number;
  signal?: number;
  oomKilled?: boolean;
}

/** How it ended: `0`, `3`, `SIGKILL`, `SIGKILL oom`; `-` while it has not. */
export function exit({ state, exitCode, signal, oomKilled }: Ending): string {
  if (state !== 'exited') return '-';
  const how = signal === undefined ? text(exitCode) : signalName(signal);
  return oomKilled ? `${how} oom` : how;
}

export function hasFailed({ state, exitCode = 0, signal, oomKilled }: Ending): boolean {
  return state === 'exited' && (exitCode !== 0 || signal !== undefined || oomKilled === true);
}

function signalName(signal: number): string {
  const [name] = Object.entries(constants.signals).find(([, number]) => number === signal) ?? [];
  return name ?? `signal ${signal}`;
}
