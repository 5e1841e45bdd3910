/** What transactions are summed by, as text. */

interface Asker {
  container?: { id?: string | undefined } | undefined;
  cgroup?: { path?: string | undefined } | undefined;
  netns?: number | undefined;
}

/** The container that asked; what runs in none is summed under its cgroup, or its network namespace. */
export function askerName({ container, cgroup, netns }: Asker): string {
  return container?.id ?? cgroup?.path ?? `netns:${netns ?? 0}`;
}

/** `192.0.2.53:53`, `[2001:db8::53]:53`. */
export function endpointText({ ip, port }: { ip: string; port: number }): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}
