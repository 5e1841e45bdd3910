import { isIPv4 } from 'node:net';

/** Whether an address to listen on can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}

/**
 * Whether a request's Host header names this machine. A page of another site can let its name resolve to 127.0.0.1
 * and so read what only this machine may (DNS rebinding), but it cannot change the name.
 */
export function namesLoopback(header: string | undefined): boolean {
  const [, name] = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::\d{1,5})?$/i.exec(header ?? '') ?? [];
  return name !== undefined && (isLoopback(name) || name.toLowerCase().endsWith('.localhost'));
}
