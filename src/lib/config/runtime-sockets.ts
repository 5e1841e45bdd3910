import { type Kind, socketPath } from './kinds.ts';

export interface RuntimeSocket {
  /** `docker`: Docker's HTTP API, which podman serves too. */
  api: 'cri' | 'docker';
  path: string;
}

const USUAL = [
  'cri:/run/containerd/containerd.sock',
  'cri:/run/crio/crio.sock',
  'cri:/run/cri-dockerd.sock',
  'cri:/run/k3s/containerd/containerd.sock',
  'docker:/run/docker.sock',
  'docker:/run/podman/podman.sock',
];

/** Where the runtimes put their sockets, on the host and where a manifest mounts the host's folders. */
export const usualSockets: readonly RuntimeSocket[] = USUAL.flatMap(
  (text) => parseSocket(text) ?? [],
).flatMap(({ api, path }) => [
  { api, path },
  { api, path: `/host${path}` },
  { api, path: `/host/var${path}` },
]);

export const runtimeSockets: Kind<readonly RuntimeSocket[]> = {
  allowed:
    'auto, off, or paths separated by spaces, each with cri: or docker: before it where its name does not tell',
  parse: (text) => {
    if (text === 'auto') return usualSockets;
    if (text === 'off') return [];
    const sockets = text.split(/[\s,]+/).map(parseSocket);
    return sockets.every((socket) => socket !== undefined) ? sockets : undefined;
  },
  format: (sockets) => (sockets === usualSockets ? 'auto' : 'off'),
};

function parseSocket(text: string): RuntimeSocket | undefined {
  const [, given, rest = ''] = /^(?:(cri|docker):)?(?:unix:\/\/)?(.*)$/.exec(text) ?? [];
  const path = socketPath.parse(rest);
  if (path === undefined) return undefined;
  const api = given ?? (/(?:docker|podman)\.sock$/.test(path) ? 'docker' : 'cri');
  return { api: api as RuntimeSocket['api'], path };
}
