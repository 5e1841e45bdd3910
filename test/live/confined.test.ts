import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ofOpenFiles } from './open-files.ts';
import { poll, type RunningProbe, startProbe } from './probe.ts';

let probe: RunningProbe;

beforeAll(async () => {
  probe = await startProbe();
});

afterAll(() => probe?.stop());

describe('a probe that watches', () => {
  it('is confined in every thread', () => {
    const threads = readdirSync(`/proc/${probe.pid}/task`);
    const modes = threads.map(
      (id) => /^Seccomp:\s*(\d)$/m.exec(readFileSync(`/proc/${probe.pid}/task/${id}/status`, 'utf8'))?.[1],
    );
    expect(threads.length).toBeGreaterThan(1);
    expect(new Set(modes)).toEqual(new Set(['2']));
  });

  it('still does what it is there for', async () => {
    const server = createServer((client) => client.end('ten bytes.')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await once(connect(port, '127.0.0.1').resume(), 'close');
    server.close();
    const closed = `port=${port}&state=closed&direction=outgoing`;
    await poll(async () => (await probe.flows(closed)).length === 1);
    expect(await probe.flows(closed)).toMatchObject([
      { received: { bytes: 10 }, process: { pid: process.pid } },
    ]);
    expect(probe.stderr()).not.toContain('"level":50');
  });
});

describe('rings for input and output, which a filter does not reach', () => {
  /** With it Node.js 20 makes them too, as later ones do without. */
  const through = ['env', 'UV_USE_IO_URING=1'];
  const rings = ({ pid }: RunningProbe) =>
    ofOpenFiles(pid, (fd) => readlinkSync(`/proc/${pid}/fd/${fd}`)).filter(
      (target) => target === 'anon_inode:[io_uring]',
    );

  it('are left by a probe that confines itself, under its own process id', async () => {
    const confined = await startProbe([], { through });
    try {
      expect(rings(confined)).toEqual([]);
      expect((await confined.status()).pid).toBe(confined.pid);
      await poll(() => confined.stderr().includes('"watching"'));
      expect(confined.stderr()).not.toContain('ring for input and output');
    } finally {
      expect(await confined.stop()).toBe(0);
    }
  });

  it('stay with one that does not', async () => {
    const free = await startProbe(['--no-confine'], { through });
    expect(rings(free)).not.toEqual([]);
    await free.stop();
  });
});
