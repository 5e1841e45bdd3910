import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { poll } from '../live/probe.ts';
import { BareRoot } from './bare-root.ts';
import { packed } from './packed.ts';

let root: BareRoot;
let tarball: string;

beforeAll(() => {
  tarball = packed('x64');
  root = new BareRoot();
});

afterAll(() => root?.close());

it('starts from a root that has neither a compiler nor libbpf', () => {
  for (const path of [
    'usr/bin/cc',
    'usr/bin/make',
    'usr/bin/python3',
    'usr/lib/x86_64-linux-gnu/libbpf.so.1',
  ]) {
    expect(root.has(path)).toBe(false);
  }
});

/** A script that prints what `sysprobe check` says of a binding, and ends well whatever that is. */
const checkOf = (binding: string) =>
  `const { stdout } = require('child_process').spawnSync(process.execPath, [process.argv[1], 'check', '--binding', '${binding}', '-o', 'json']); process.stdout.write(stdout)`;

describe.each(['20.19.0', '22', '24', '26'])('on Node.js %s', (node) => {
  // One of its own: what a probe that was killed leaves must not look like the next one's.
  const socket = `/run/sysprobe-${node}.sock`;
  const program = (name: string) => `/${node}/node_modules/sysprobe/dist/${name}.js`;

  it('installs without a script, a compiler or the network', () => {
    root.install(tarball, node);
    expect(root.has(program('sysprobe'))).toBe(true);
  });

  it('loads every program that it needs', () => {
    const { ok, checks } = JSON.parse(root.run(node, [program('sysprobe'), 'check', '-o', 'json']));
    expect(checks).toContainEqual(expect.objectContaining({ name: 'addon', status: 'ok' }));
    expect(ok).toBe(true);
  });

  it('says what the other binding needs, which nothing installed', () => {
    const { ok, checks } = JSON.parse(root.run(node, ['-e', checkOf('ffi'), program('sysprobe')]));
    expect(ok).toBe(false);
    expect(checks).toContainEqual(
      expect.objectContaining({
        name: 'ffi',
        status: 'missing',
        detail: expect.stringContaining('npm install --ignore-scripts ffi-napi@4 ref-napi@3'),
      }),
    );
  });

  it('decodes with the compiled part of its CBOR library', () => {
    const script = `process.stdout.write(typeof require('/${node}/node_modules/sysprobe/node_modules/cbor-extract').extractStrings)`;
    expect(root.run(node, ['-e', script])).toBe('function');
  });

  it('sees a connection', async () => {
    const probe = root.start(node, [program('system-probe'), '--socket', socket]);
    const server = createServer((client) => client.end('twenty bytes of data')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      await poll(() => {
        if (probe.exitCode !== null) throw new Error('system-probe ended');
        return root.has(socket);
      });
      await once(connect(port, '127.0.0.1').resume(), 'close');
      const flows = () =>
        root.run(node, [
          program('sysprobe'),
          'flows',
          '--socket',
          socket,
          '--direction',
          'outgoing',
          '--to-port',
          `${port}`,
          '-o',
          'json',
        ]);
      await poll(() => flows().includes('"closed"'));
      expect(JSON.parse(flows())).toMatchObject({ received: { bytes: 20 } });
    } finally {
      server.close();
      const ended = once(probe, 'exit');
      if (probe.kill()) await ended;
    }
  });
});
