import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProbe } from './probe.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sysprobe-start-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function run(command: string, args: string[]) {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 30_000 });
  return { status, lines: stderr.trim().split('\n') };
}

const probeWith = (main: string) =>
  run(process.execPath, [main, '--socket', join(folder, 'probe.sock'), '--log-level', 'error']);

/** An installed package whose BPF object is made wrong. */
function packageWith(spoil: (object: string) => void): string {
  const copy = mkdtempSync(join(folder, 'package-'));
  for (const file of ['package.json', 'dist', 'bpf']) cpSync(file, join(copy, file), { recursive: true });
  mkdirSync(join(copy, 'build'));
  for (const link of ['node_modules', 'build/Release'])
    symlinkSync(join(process.cwd(), link), join(copy, link));
  spoil(join(copy, 'bpf/tcp.bpf.o'));
  return join(copy, 'dist/system-probe.js');
}

function flipBit(object: string): void {
  const image = readFileSync(object);
  image.writeUInt8(image.readUInt8(20_000) ^ 1, 20_000);
  writeFileSync(object, image);
}

describe('system-probe that cannot start says why in one line', () => {
  it.each([
    ['empty', (object: string) => truncateSync(object, 0)],
    ['truncated', (object: string) => truncateSync(object, 20_000)],
    ['changed in one bit', flipBit],
    ['garbage', (object: string) => writeFileSync(object, Buffer.alloc(30_000, 0xa5))],
  ])('with a BPF object that is %s', (_, spoil) => {
    const { status, lines } = probeWith(packageWith(spoil));
    expect(status).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/bpf\/tcp\.bpf\.o.*\(SP_BPF_OBJECT_INVALID\)$/);
  });

  it('with an option that is wrong, which is another exit code', () => {
    const { status, lines } = run(process.execPath, ['dist/system-probe.js', '--max-flows', 'lots']);
    expect(status).toBe(2);
    expect(lines).toEqual([
      expect.stringMatching(/^system-probe: --max-flows: "lots".*\(SP_CONFIG_INVALID\)$/),
    ]);
  });

  it('without the capabilities', () => {
    const args = ['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath];
    const { status, lines } = run('setpriv', [
      ...args,
      'dist/system-probe.js',
      '--socket',
      '/tmp/none/p.sock',
    ]);
    expect(status).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/run it as root.*\(SP_NOT_ROOT\)$/);
  });

  it('when another one serves the socket, which goes on', async () => {
    const first = await startProbe();
    try {
      const flags = ['dist/system-probe.js', '--socket', first.socket, '--log-level', 'error'];
      const { status, lines } = run(process.execPath, flags);
      expect(status).toBe(1);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(/\(SP_SOCKET_IN_USE\)$/);
      expect(await first.status()).toHaveProperty('loss');
    } finally {
      await first.stop();
    }
  });

  it('and a stopped one leaves with 0 and without its socket', async () => {
    const probe = await startProbe();
    expect(await probe.stop()).toBe(0);
    expect(probe.stderr()).not.toMatch(/"level":(50|60)/);
  });
});

it('system-probe that cannot exclude anything says what it lacks', async () => {
  const message = /"level":40.*the probe excludes no container.*give its socket in runtimeSockets/;
  const exclude = ['--exclude-containers', 'image:pause', '--runtime-sockets'];
  const blind = await startProbe([...exclude, 'off']);
  await blind.stop();
  expect(blind.stderr()).toMatch(message);
  // Something to ask is there; what it answers is seen by each question.
  const other = await startProbe();
  const seeing = await startProbe([...exclude, other.socket]);
  await seeing.stop();
  await other.stop();
  expect(seeing.stderr()).not.toMatch(message);
});
