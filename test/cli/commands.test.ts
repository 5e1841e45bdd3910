import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statusText } from '../../src/cli/format/status.ts';
import { painter } from '../../src/cli/format/terminal.ts';
import { packageRoot, version } from '../../src/lib/package-root.ts';
import type { MapGraph } from '../../src/map/types.ts';
import type { Check } from '../../src/probe/check.ts';
import { loadNative } from '../../src/probe/native.ts';
import { buildPrograms, makeFolder, serve, sysprobe, type TestServer } from './harness.ts';
import { CONVERSATION } from './records.ts';

const folder = makeFolder();
let server: TestServer;

beforeAll(async () => {
  buildPrograms();
  server = await serve({ socket: join(folder.path, 'probe.sock'), flows: CONVERSATION });
});

afterAll(async () => {
  await server.close();
  folder.dispose();
});

const ask = (...args: string[]) => sysprobe([...args, '--socket', server.socket]);

describe('map', () => {
  test('both sides of a connection are one edge', async () => {
    const { stdout, stderr } = await ask('map', '-o', 'json');
    const graph: MapGraph = JSON.parse(stdout);
    expect(stderr).toBe('');
    const names = Object.fromEntries(graph.nodes.map(({ id, name }) => [id, name]));
    const edges = graph.edges.map((edge) => [names[edge.source], names[edge.target], edge.port, edge.bytes]);
    expect(edges).toHaveLength(2);
    expect(edges).toContainEqual(['curl', 'nginx', 8080, { forward: 1000, backward: 3000 }]);
  });

  test.each([
    ['text', /curl +-> +nginx +8080\/tcp .*1\.0k +3\.0k/],
    ['text', /curl +-> +93\.184\.216\.34 +443\/tcp .*refused 1/],
    ['dot', /^digraph sysprobe \{\n[\s\S]*\[label="443\/tcp\\n↑0 ↓0\\nrefused 1", penwidth=1\.0, color=red/],
    ['mermaid', /^flowchart LR\n[\s\S]*-->\|"8080\/tcp<br>↑1\.0k ↓3\.0k"\| n\d/],
  ])('as %s', async (form, expected) => {
    expect((await ask('map', '-o', form)).stdout).toMatch(expected);
  });

  test('what a limit hides is counted on stderr', async () => {
    const { stdout, stderr } = await ask('map', '--limit', '2', '-o', 'json');
    expect(JSON.parse(stdout).nodes).toHaveLength(2);
    expect(stderr).toBe('sysprobe: 1 more nodes and 1 more edges are not shown; --limit shows more\n');
  });

  test('by address, and filtered', async () => {
    const { stdout } = await ask('map', '--group-by', 'address', '--failure', '-o', 'json');
    const graph: MapGraph = JSON.parse(stdout);
    expect(graph.nodes.map(({ name }) => name).sort()).toEqual(['10.0.0.5', '93.184.216.34']);
  });
});

describe('status', () => {
  test('for a person', async () => {
    const { stdout } = await ask('status');
    await expect(stdout).toMatchFileSnapshot('golden/status.txt');
  });

  test('for a program, and the same told in words', async () => {
    const { stdout } = await ask('status', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ pid: 4242, loss: { flowsEvicted: 3 } });
    expect((await ask('status')).stdout).toBe(statusText(JSON.parse(stdout), painter(false)));
  });
});

describe('check', () => {
  test('this machine can run it, and needs no server to know', async () => {
    const { code, stdout } = await sysprobe(['check']);
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('can run on this machine'),
    });
    const { checks } = JSON.parse((await sysprobe(['check', '-o', 'json'])).stdout);
    const missing = checks.filter(({ status }: Check) => status !== 'ok');
    expect(missing.filter(({ name }: Check) => !name.startsWith('udp_'))).toEqual([]);
    for (const { cost } of missing)
      expect(cost).toBe('UDP is counted by programs that every packet of TCP meets too');
  });

  test('every program of every object is tried, or its twin in its place', async () => {
    const { checks } = JSON.parse((await sysprobe(['check', '-o', 'json'])).stdout);
    const tried = checks.map(({ name }: { name: string }) => name);
    const native = loadNative();
    const folder = join(packageRoot, 'bpf');
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.bpf.o'))) {
      const object = new native.BpfObject(readFileSync(join(folder, file)), file.replace('.bpf.o', ''));
      for (const { name } of object.programs()) if (!name.endsWith('_np')) expect(tried).toContain(name);
      object.close();
    }
  });

  test('without privileges it says so, and what that costs, and exits with 1', async () => {
    const { code, stdout } = await sysprobe(['check'], { uid: 65_534 });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^MISSING +privileges +.*root.*nothing can be observed$/m);
    expect(stdout).toMatch(/^MISSING +tcp_state /m);
  });
});

describe('exit codes', () => {
  test.each<[string, string[], RegExp]>([
    ['an unknown option', ['flows', '--prot', 'tcp'], /unknown option '--prot'\n\(Did you mean --port\?\)/],
    ['an unknown command', ['flow'], /unknown command 'flow'\n\(Did you mean flows\?\)/],
    ['no command', [], /^Usage: sysprobe/],
    [
      'a value that is no choice',
      ['flows', '--protocol', 'sctp'],
      /--protocol.*'sctp'.*Allowed choices are tcp, udp\./,
    ],
    [
      'a value that cannot be read',
      ['flows', '--ip', '10.0.0'],
      /^sysprobe: --ip: "10\.0\.0" is not .*allowed: an address/,
    ],
    ['a size that is none', ['flows', '--min-bytes', 'much'], /--min-bytes: "much" .*10k, 1M or 2GiB/],
    ['a filter without Kubernetes', ['flows', '--pod', 'x'], /--pod: .*needs Kubernetes metadata/],
    ['not at the end', ['flows', '--not'], /--not: not must stand before the filter that it negates/],
    ['two limits', ['flows', '--first', '1', '--last', '1'], /cannot be given together/],
    ['an end of a stream', ['flows', '-f', '--until', '5m'], /--until: cannot be given with --follow/],
    ['a limit that is none', ['map', '--limit', '0'], /Allowed is a number of nodes from 1\./],
    ['an unknown form', ['map', '-o', 'svg'], /Allowed choices are text, json, dot, mermaid\./],
    ['two servers', ['flows', '--socket', '/x', '--server', 'http://x'], /cannot be used with/],
    ['no server', ['flows', '--server', 'localhost'], /is not a server: give/],
  ])('2 for %s', async (_, args, message) => {
    const { code, stdout, stderr } = await sysprobe(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test('3 when there is no socket, with what to do', async () => {
    const { code, stdout, stderr } = await sysprobe(['flows', '--socket', '/nowhere/x.sock']);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toBe(
      'sysprobe: /nowhere/x.sock: no such socket: is system-probe running? Another path is given by --socket\n',
    );
  });

  test('3 when the socket may not be opened', async () => {
    const { code, stderr } = await sysprobe(['flows', '--socket', server.socket], { uid: 65_534 });
    expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringContaining('no permission') });
  });

  test('3 when no agent listens', async () => {
    const { code, stderr } = await sysprobe(['map', '--server', 'http://127.0.0.1:1']);
    expect({ code, stderr }).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('is node-agent running?'),
    });
  });

  test('0 for help and version, on stdout', async () => {
    expect(await sysprobe(['--help'])).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('flows'),
    });
    for (const args of [['version'], ['--version'], ['-V']]) {
      expect(await sysprobe(args)).toMatchObject({ code: 0, stderr: '', stdout: `sysprobe ${version}\n` });
    }
  });
});
