import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/lib/package-root.ts';
import type { MapGraph } from '../../src/map/types.ts';
import { encodeMessage } from '../../src/wire/cbor.ts';
import { fieldNames } from '../../src/wire/kinds.ts';
import { EVENT_TYPES, type Message } from '../../src/wire/messages.ts';
import { closed, localConnection, runAgent, socketPath, TestProbe, until } from '../agent/harness.ts';
import { buildPrograms, type Run, start, sysprobe } from '../cli/harness.ts';
import { makeFolder } from '../server/harness.ts';

/** What capture.ts recorded of two containers. */
const SHOP = join(packageRoot, 'test/replay/fixtures/shop.cborseq.gz');

beforeAll(buildPrograms);

/** Serves a file, and waits until it does. */
async function replay(path: string, ...options: string[]): Promise<Run & { socket: string }> {
  const socket = socketPath();
  const run = start(['replay', path, '--socket', socket, ...options]);
  onTestFinished(() => void run.child.kill('SIGKILL'));
  await until(
    () => run.stderr(),
    (text) => text.includes('served on'),
  );
  return { ...run, socket };
}

async function played(path: string, ...options: string[]): Promise<Run & { socket: string }> {
  const run = await replay(path, '--speed', 'max', ...options);
  await until(
    () => run.stderr(),
    (text) => text.includes('played to the end'),
  );
  return run;
}

async function list(command: string, ...args: string[]): Promise<Record<string, unknown>[]> {
  const { stdout, stderr, code } = await sysprobe([command, '--all', '-o', 'json', ...args]);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** What a map shows whenever it is drawn, and whether it knows DNS transactions or not. */
function lasting({ nodes, edges }: MapGraph) {
  return {
    nodes: nodes.map(({ id, kind, name, connections, sent, received }) => {
      return { id, kind, name, connections, sent, received };
    }),
    edges: edges.map(({ id, source, target, ports, connections, bytes, retransmits, rttUs, connectUs }) => {
      return { id, source, target, ports, connections, bytes, retransmits, rttUs, connectUs };
    }),
  };
}

const COMMANDS = ['flows', 'dns', 'processes', 'containers'] as const;

describe('the recording of two containers', () => {
  test('is what happened: what was fetched, refused, looked up, and how processes ended', async () => {
    const { socket } = await played(SHOP, '--keep-times');
    const from = ['--socket', socket];
    expect(await list('flows', ...from, '--failure', 'refused', '--to-domain', 'web.shop.test')).toHaveLength(
      3,
    );
    const fetched = await list('flows', ...from, '--to-port', '8080', '--comm', 'wget');
    expect(fetched.map(({ received }) => (received as { bytes: number }).bytes > 200 * 1024)).toEqual([
      true,
      true,
      true,
    ]);
    expect(await list('dns', ...from, '--domain', 'missing.shop.test', '--rcode', 'NXDOMAIN')).toHaveLength(
      2,
    );
    expect(await list('processes', ...from, '--exit-code', '3')).toMatchObject([
      { args: ['sh', '-c', 'exit 3'] },
    ]);
    expect(await list('containers', ...from)).toMatchObject([{ state: 'running' }, { state: 'running' }]);
  });

  test('gives the same records and the same map by the socket and through node-agent', async () => {
    const { socket } = await played(SHOP, '--keep-times');
    const [last] = (await list('flows', '--socket', socket)).slice(-1);
    const end = Date.parse(String(last?.lastSeenAt ?? last?.closedAt));
    const agent = await runAgent(socket, { now: () => end });
    await until(
      () => agent.status(),
      ({ probe }) => probe.connected,
    );
    const byId = (a: { id?: unknown }, b: { id?: unknown }) => (String(a.id) < String(b.id) ? -1 : 1);
    for (const command of COMMANDS) {
      const fromProbe = (await list(command, '--socket', socket)).sort(byId);
      expect(fromProbe.length).toBeGreaterThan(0);
      expect((await list(command, '--server', agent.url)).sort(byId)).toEqual(fromProbe);
    }
    for (const group of ['process', 'container', 'address']) {
      const map = ['map', '--group-by', group];
      const { stdout } = await sysprobe([...map, '-o', 'json', '--socket', socket]);
      const graph = await agent.json<MapGraph>(`/api/v1/map?group=${group}`);
      expect(graph.edges.length).toBeGreaterThan(1);
      expect(lasting(graph)).toEqual(lasting(JSON.parse(stdout)));
    }
    const text = await sysprobe(['map', '--group-by', 'process', '--socket', socket]);
    await expect(text.stdout).toMatchFileSnapshot('golden/shop.map.txt');
  });

  test('ends now, unless its times are kept', async () => {
    const { socket } = await played(SHOP);
    const recent = await list('dns', '--socket', socket, '--since', '1h');
    expect(recent).toHaveLength(14);
    expect(new Set(recent.map(({ askedAt }) => String(askedAt).slice(0, 4)))).not.toContain('1970');
    const kept = await played(SHOP, '--keep-times');
    const times = (await list('dns', '--socket', kept.socket)).map(({ askedAt }) =>
      Date.parse(String(askedAt)),
    );
    const shift = Date.parse(String(recent[0]?.askedAt)) - (times[0] ?? 0);
    expect(recent.map(({ askedAt }) => Date.parse(String(askedAt)) - shift)).toEqual(times);
  });

  test('once it begins with who follows, tells what happened in order, and ends when it was read', async () => {
    const socket = socketPath();
    const run = start(['replay', SHOP, '--socket', socket, '--speed', '40', '--once']);
    await until(() => existsSync(socket), Boolean);
    const follower = start(['processes', '-f', '-o', 'json', '--socket', socket, '--no-reconnect']);
    expect(await run.ended).toBe(0);
    expect(await follower.ended).toBe(3);
    const events = follower.stdout().trimEnd().split('\n');
    const ids = events.map((line) => JSON.parse(line)).filter(({ type }) => type === 'process.exited');
    expect(ids.map(({ exitedAt }) => exitedAt)).toEqual(ids.map(({ exitedAt }) => exitedAt).sort());
    expect(ids.length).toBeGreaterThan(5);
  });

  test('takes its time', async () => {
    const { socket, child, ended } = await replay(SHOP, '--speed', '0.0001');
    const { stdout } = await sysprobe(['status', '--socket', socket]);
    expect(stdout).toMatch(
      / {2}replay on .*shop\.cborseq\.gz: recorded at 2\d{3}-.*, 0 of 60 events played\n/,
    );
    expect(await list('dns', '--socket', socket)).toEqual([]);
    expect(await list('containers', '--socket', socket)).toHaveLength(2);
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(existsSync(socket)).toBe(false);
  });
});

describe('record', () => {
  async function recorded(path: string, ...options: string[]) {
    const socket = socketPath();
    const probe = await new TestProbe(socket).start();
    probe.tell('flow.opened', localConnection('before').client);
    const run = start(['record', path, '--socket', socket, ...options]);
    await until(
      () => probe.events.readers.size,
      (count) => count === 1,
    );
    const { client } = localConnection('during');
    probe.tell('flow.opened', client);
    probe.tell('flow.closed', closed(client));
    await until(
      () => [...probe.events.readers].map((reader) => reader.status().lag),
      ([lag]) => lag === 0,
    );
    return { probe, socket, run };
  }

  test.each(['plain.cborseq', 'small.cborseq.gz'])('%s gives back what was told', async (name) => {
    const path = join(makeFolder(), name);
    const { probe, socket, run } = await recorded(path);
    const size = () => (existsSync(path) ? statSync(path).size : 0);
    await until(size, (bytes) => bytes > 100);
    await until(
      () => readFileSync(path),
      (bytes) => name.endsWith('.gz') || bytes.includes('during-client'),
    );
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
    expect(run.stderr()).toMatch(/: 1 records and 2 events in .*B before compression\n$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const live = await list('flows', '--socket', socket);
    await probe.stop();
    const { socket: replayed } = await played(path, '--keep-times');
    const byId = (a: { id?: unknown }, b: { id?: unknown }) => (String(a.id) < String(b.id) ? -1 : 1);
    expect((await list('flows', '--socket', replayed)).sort(byId)).toEqual(live.sort(byId));
  });

  test('ends by itself after the time given, and with an error when the probe ends', async () => {
    const folder = makeFolder();
    const path = join(folder, 'a.cborseq');
    const { probe, socket, run } = await recorded(path);
    await probe.stop();
    expect(await run.ended).toBe(3);
    expect(run.stderr()).toContain('the stream ended');
    expect((await played(path)).stderr()).toContain('2 events in');
    await probe.start();
    const { code } = await sysprobe([
      'record',
      join(folder, 'b.cborseq'),
      '--for',
      '100ms',
      '--socket',
      socket,
    ]);
    expect(code).toBe(0);
  });

  test('holds only what was asked for', async () => {
    const path = join(makeFolder(), 'a.cborseq');
    const { run } = await recorded(path, '--kind', 'container');
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
    expect(run.stderr()).toContain(': 0 records and 0 events');
  });

  test('replaces nothing unless told to, and needs the socket', async () => {
    const path = join(makeFolder(), 'there');
    writeFileSync(path, 'precious');
    const args = ['record', path, '--for', '100ms'];
    const refused = await sysprobe([...args, '--socket', '/nowhere.sock']);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is there already; give another name, or --force'),
    });
    expect(readFileSync(path, 'utf8')).toBe('precious');
    const remote = await sysprobe([...args, '--server', 'http://127.0.0.1:1']);
    expect(remote).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('give its socket with --socket'),
    });
    const full = await sysprobe([
      'record',
      '/dev/full',
      '--force',
      '--for',
      '100ms',
      '--socket',
      (await played(SHOP)).socket,
    ]);
    expect(full).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('/dev/full cannot be written: ENOSPC'),
    });
  });
});

describe('a file that is not whole', () => {
  const whole = gunzipSync(readFileSync(SHOP));

  test.each([
    ['cut off, compressed', readFileSync(SHOP).subarray(0, 4_000)],
    ['cut off', whole.subarray(0, whole.length - 7)],
    ['cut off at an item, without its end', gzipSync(whole).subarray(0, -5)],
  ])('%s, is played as far as it goes, and that is said', async (_, bytes) => {
    const path = join(makeFolder(), 'session');
    writeFileSync(path, bytes);
    const { socket, stderr } = await played(path);
    expect(stderr()).toContain(`${path} ends in the middle of an item: the recording was cut off there`);
    expect((await list('processes', '--socket', socket)).length).toBeGreaterThan(0);
  });

  const item = (message: object) => encodeMessage(message as Message);
  const session = item({ type: 'session', at: 1n, status: '{}' });
  const hello = item({
    type: 'hello',
    version: 1,
    bootId: 'b',
    run: 'r',
    cursor: 'r.0',
    fields: fieldNames(),
    events: [...EVENT_TYPES],
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['empty', Buffer.alloc(0), /is not a session that sysprobe record wrote/],
    ['text', Buffer.from('hello, world\n'), /an item is not an embedded item/],
    ['a list without the session', hello, /is not a session that sysprobe record wrote/],
    ['compressed nonsense', gzipSync(Buffer.alloc(1_000_000)), /an item is not an embedded item/],
    [
      'damaged compression',
      Buffer.concat([gzipSync(whole).subarray(0, 2_000), Buffer.alloc(500, 0xff)]),
      /is damaged behind \d+ events|cannot be played/,
    ],
    [
      'an item that claims 4 GiB',
      Buffer.concat([session, Buffer.from('d8185affffffff', 'hex')]),
      /claims 4294967295 bytes/,
    ],
    [
      'a status that is none',
      item({ type: 'session', at: 1n, status: '[]' }),
      /status in the session is not a JSON object/,
    ],
    [
      'rows before hello',
      Buffer.concat([session, item({ type: 'flows', flows: [['x']] })]),
      /begins with flows instead of hello/,
    ],
    [
      'rows that are no records',
      Buffer.concat([session, hello, item({ type: 'flows', flows: [[1]] })]),
      /id of a flow/,
    ],
    [
      'another version',
      Buffer.concat([session, hello.map((byte, i) => (byte === 1 && i > 10 ? 2 : byte))]),
      /version|cannot be decoded|missing/,
    ],
  ])('%s, is refused with its reason', async (_, bytes, reason) => {
    const path = join(makeFolder(), 'session');
    writeFileSync(path, bytes);
    const { code, stderr } = await sysprobe(['replay', path, '--socket', socketPath()]);
    expect(code).toBe(1);
    expect(stderr).toMatch(reason);
  });

  test('a file that is not there, and a socket that is taken, are said', async () => {
    const missing = await sysprobe(['replay', '/nowhere', '--socket', socketPath()]);
    expect(missing).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('/nowhere cannot be played: ENOENT'),
    });
    const { socket } = await replay(SHOP);
    const taken = await sysprobe(['replay', SHOP, '--socket', socket]);
    expect(taken).toMatchObject({ code: 1, stderr: expect.stringContaining('listens on') });
  });

  test('times beyond all reason hold nothing up that is before them', async () => {
    const path = join(makeFolder(), 'session');
    const far = item({ type: 'mark', at: 2n ** 63n });
    writeFileSync(
      path,
      Buffer.concat([session, hello, far, item({ type: 'end', matched: 0, cursor: 'r.0' })]),
    );
    const { socket, child, ended } = await replay(path);
    expect(await list('flows', '--socket', socket)).toEqual([]);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});

test('a copy without .gz in its name is read as what it is', async () => {
  const path = join(makeFolder(), 'renamed');
  copyFileSync(SHOP, path);
  expect((await played(path)).stderr()).toContain('60 events');
});
