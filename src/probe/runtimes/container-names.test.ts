import { once } from 'node:events';
import { linkSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server as GrpcServer, ServerCredentials, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RuntimeSocket } from '../../lib/config/runtime-sockets.ts';
import { encode, type Message } from '../../lib/protobuf.ts';
import { ContainerNames } from './container-names.ts';
import { containerStatusResponse, sandboxStatusResponse } from './cri-messages.ts';

const ID = 'c0de'.repeat(16);

let folder: string;
let cleanup: (() => unknown)[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runtimes-'));
  cleanup = [];
});
afterEach(async () => {
  for (const step of cleanup.reverse()) await step();
  rmSync(folder, { recursive: true });
});

/** Listens on a Unix socket of the folder. */
async function listen(server: Server, name: string): Promise<string> {
  const path = join(folder, name);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(path);
  await once(server, 'listening');
  cleanup.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return path;
}

const http = (answer: RequestListener) => listen(createHttpServer(answer), 'docker.sock');
const raw = (name: string, onSocket: (socket: Socket) => void) => listen(createServer(onSocket), name);

function namesOf(...sockets: RuntimeSocket[]): ContainerNames {
  return closedAfter(new ContainerNames({ sockets }));
}

function closedAfter(names: ContainerNames): ContainerNames {
  cleanup.push(() => names.close());
  return names;
}

/** A runtime that is what it should be. */
function docker(container: object = { Name: '/web', Config: { Image: 'nginx:1' }, State: { Pid: 7 } }) {
  return http((request, response) => {
    if (request.url?.startsWith('/events')) return response.flushHeaders();
    if (request.url === '/_ping') return response.end('OK');
    if (!request.url?.includes(ID)) response.statusCode = 404;
    response.end(JSON.stringify(container));
  });
}

describe('Docker and podman', () => {
  it('tell name, image, labels, process and restarts', async () => {
    const path = await docker({
      Name: '/web',
      Image: 'sha256:abc',
      Config: { Image: 'nginx:1', Labels: { team: 'shop', odd: 5 } },
      State: { Pid: 77 },
      RestartCount: 2,
    });
    const names = namesOf({ api: 'docker', path });
    expect(await names.find(ID)).toEqual({
      kind: 'container',
      name: 'web',
      image: 'nginx:1',
      labels: { team: 'shop' },
      pid: 77,
      restarts: 2,
    });
    expect(names.sockets()).toEqual([{ path, api: 'docker', state: 'on', answers: 1, failures: 0 }]);
  });

  it('are asked by the path of podman where podman answers, which tells the sandbox of a pod', async () => {
    const asked: string[] = [];
    const path = await http((request, response) => {
      asked.push(request.url ?? '');
      if (request.url?.startsWith('/events')) return response.flushHeaders();
      response.setHeader('Libpod-API-Version', '4.3.1');
      response.end(
        JSON.stringify({ Name: 'infra', ImageName: 'pause:1', IsInfra: true, Config: { Labels: null } }),
      );
    });
    expect(await namesOf({ api: 'docker', path }).find(ID)).toEqual({
      kind: 'sandbox',
      name: 'infra',
      image: 'pause:1',
      labels: {},
    });
    expect(asked).toContain(`/v4.0.0/libpod/containers/${ID}/json`);
  });

  it('tell of a container by their events when it is gone before anyone could ask', async () => {
    const path = await http((request, response) => {
      if (!request.url?.startsWith('/events')) {
        response.statusCode = request.url === '/_ping' ? 200 : 404;
        return response.end('{}');
      }
      const event = {
        Action: 'create',
        Actor: { ID, Attributes: { name: 'short', image: 'job:2', team: 'shop' } },
      };
      response.write(`nonsense\n{"Action":"create"}\n${JSON.stringify(event)}\n`);
    });
    expect(await namesOf({ api: 'docker', path }).find(ID)).toEqual({
      kind: 'container',
      name: 'short',
      image: 'job:2',
      labels: { team: 'shop' },
    });
  });
});

/** A real gRPC server that answers with bytes of its own. */
async function cri(
  answers: Record<string, () => Uint8Array | number>,
  service = 'runtime.v1.RuntimeService',
): Promise<string> {
  const server = new GrpcServer();
  const bytes = (value: Buffer) => value;
  const methods = Object.keys(answers).map((name) => [
    name,
    {
      path: `/${service}/${name}`,
      requestStream: false,
      responseStream: false,
      requestDeserialize: bytes,
      requestSerialize: bytes,
      responseDeserialize: bytes,
      responseSerialize: bytes,
    } as const,
  ]);
  const handlers = Object.entries(answers).map(([name, answer]) => [
    name,
    (_: unknown, callback: (error: object | null, value?: Buffer) => void) => {
      const value = answer();
      if (typeof value === 'number') callback({ code: value, details: 'no' });
      else callback(null, Buffer.from(value));
    },
  ]);
  server.addService(Object.fromEntries(methods), Object.fromEntries(handlers));
  const path = join(folder, 'cri.sock');
  await new Promise((resolve, reject) => {
    server.bindAsync(`unix:${path}`, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(undefined),
    );
  });
  cleanup.push(() => server.forceShutdown());
  return path;
}

const containerAnswer = (message: Message) => () => encode(message, containerStatusResponse);

describe('CRI', () => {
  const labels = { 'io.kubernetes.pod.namespace': 'shop' };
  const answer = containerAnswer({
    status: { metadata: { name: 'app', attempt: 3 }, image: { image: 'shop:1' }, labels },
    info: { info: '{"pid":42}' },
  });
  const expected = { kind: 'container', name: 'app', image: 'shop:1', labels, pid: 42, restarts: 3 };

  it('tells a container', async () => {
    const path = await cri({ ContainerStatus: answer });
    expect(await namesOf({ api: 'cri', path }).find(ID)).toEqual(expected);
  });

  it('is spoken in its older version too', async () => {
    const path = await cri({ ContainerStatus: answer }, 'runtime.v1alpha2.RuntimeService');
    expect(await namesOf({ api: 'cri', path }).find(ID)).toEqual(expected);
  });

  it('tells the sandbox of a pod', async () => {
    const path = await cri({
      ContainerStatus: () => status.NOT_FOUND,
      PodSandboxStatus: () =>
        encode(
          { status: { metadata: { name: 'shop-0' }, labels }, info: { info: 'nonsense' } },
          sandboxStatusResponse,
        ),
    });
    expect(await namesOf({ api: 'cri', path }).find(ID)).toEqual({ kind: 'sandbox', name: 'shop-0', labels });
  });

  it('may know nothing of it', async () => {
    const path = await cri({
      ContainerStatus: () => status.NOT_FOUND,
      PodSandboxStatus: () => status.NOT_FOUND,
    });
    const names = namesOf({ api: 'cri', path });
    expect(await names.find(ID)).toBeUndefined();
    expect(names.counters.unnamed).toBe(1);
    expect(names.sockets()[0]).toMatchObject({ state: 'on', failures: 0 });
  });
});

describe('a socket that does not behave', () => {
  const hanging = () => raw('hang.sock', () => undefined);
  const garbage = () => raw('garbage.sock', (socket) => socket.end('\0\x01\xff nonsense\r\n\r\n'));
  const refusing = () => raw('refuse.sock', (socket) => socket.destroy());
  /** Left behind by a runtime that was killed: there is a socket, and nobody listens. */
  const dead = async () => {
    const [left, path] = [await raw('live.sock', () => undefined), join(folder, 'dead.sock')];
    linkSync(left, path);
    await cleanup.pop()?.();
    return path;
  };
  const endless = () =>
    http((request, response) => {
      if (request.url !== '/_ping') for (let i = 0; i < 200; i++) response.write('x'.repeat(65_536));
      else response.end();
    });
  const failing = () =>
    http((_, response) => {
      response.statusCode = 500;
      response.end('no');
    });
  const cut = () =>
    http((request, response) => {
      if (request.url === '/_ping') return response.end();
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"Name"');
      response.socket?.end();
    });
  const otherJson = () => http((_, response) => response.end('[null, 5]'));
  const nothing = () => http((_, response) => response.end('null'));

  it.each([
    ['hangs', 'docker', hanging],
    ['hangs', 'cri', hanging],
    ['sends garbage', 'docker', garbage],
    ['sends garbage', 'cri', garbage],
    ['closes at once', 'docker', refusing],
    ['closes at once', 'cri', refusing],
    ['never stops', 'docker', endless],
    ['fails', 'docker', failing],
    ['ends in the middle', 'docker', cut],
    ['says nothing', 'docker', nothing],
    ['answers a CRI question as an HTTP server', 'cri', otherJson],
  ] as const)('%s (%s): the others answer, it is left alone and says why', async (_, api, start) => {
    const path = await start();
    const good = await cri({ ContainerStatus: containerAnswer({ status: { metadata: { name: 'app' } } }) });
    // No time passes, so the pause after the first failure does not end.
    const sockets = [
      { api, path },
      { api: 'cri' as const, path: good },
    ];
    const names = closedAfter(new ContainerNames({ sockets, now: () => 0 }));
    expect(await names.find(ID)).toMatchObject({ name: 'app' });
    await expect
      .poll(() => names.sockets()[0], { timeout: 10_000 })
      .toMatchObject({
        state: 'failing',
        failures: 1,
        reason: expect.stringMatching(/./),
      });
    for (let i = 0; i < 20; i++) await names.find(ID);
    expect(names.sockets()[0]?.failures).toBe(1);
  });

  it('is nobody at all', async () => {
    const [path, gone] = [await dead(), join(folder, 'gone.sock')];
    const names = namesOf({ api: 'docker', path }, { api: 'cri', path: gone });
    expect(await names.find(ID)).toBeUndefined();
    expect(names.sockets().map(({ state }) => state)).toEqual(['failing', 'absent']);
  });

  it('cannot be looked at: the others answer, and it says why', async () => {
    const path = join(folder, 'circle.sock');
    symlinkSync(path, path);
    const good = await cri({ ContainerStatus: containerAnswer({ status: { metadata: { name: 'app' } } }) });
    const names = namesOf({ api: 'docker', path }, { api: 'cri', path: good });
    expect(await names.find(ID)).toMatchObject({ name: 'app' });
    expect(names.sockets()[0]).toMatchObject({ state: 'failing', reason: expect.stringContaining('ELOOP') });
  });

  it('does not keep the other that answers from being heard', async () => {
    const good = await cri({ ContainerStatus: containerAnswer({ status: { metadata: { name: 'app' } } }) });
    const names = namesOf({ api: 'docker', path: await hanging() }, { api: 'cri', path: good });
    expect(await names.find(ID)).toMatchObject({ name: 'app' });
    expect(names.sockets()[0]).toMatchObject({ answers: 0, failures: 0 });
  });

  it('costs a bounded time when nothing else is there', async () => {
    const names = namesOf({ api: 'cri', path: await hanging() });
    await Promise.all(Array.from({ length: 100 }, (_, i) => names.find(`${ID.slice(0, 60)}${i}`)));
    expect(names.counters).toMatchObject({ unnamed: 100, searching: 0 });
  });

  it('is asked again when it has come to itself', async () => {
    let isIll = true;
    const path = await http((request, response) => {
      if (request.url?.startsWith('/events')) return response.flushHeaders();
      response.statusCode = isIll ? 500 : 200;
      response.end(JSON.stringify({ Name: 'web' }));
    });
    const names = namesOf({ api: 'docker', path });
    expect(await names.find(ID)).toBeUndefined();
    isIll = false;
    await expect
      .poll(() => names.find(ID), { timeout: 10_000, interval: 100 })
      .toMatchObject({ name: 'web' });
    expect(names.sockets()[0]).toMatchObject({ state: 'on' });
  });
});
