import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findSocketOwners, parseSocketLink } from './socket-owners.ts';

it('reads the inode out of the link', () => {
  expect(parseSocketLink('socket:[28431]')).toBe(28431);
  expect(parseSocketLink('pipe:[28431]')).toBeUndefined();
  expect(parseSocketLink('/dev/null')).toBeUndefined();
});

it('finds this process by a socket it opened', async () => {
  const before = new Set(socketsOfThisProcess());
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const opened = socketsOfThisProcess().filter((inode) => !before.has(inode));
  const { owners } = await findSocketOwners(opened, { procRoot: '/proc' });
  server.close();
  expect(opened).toHaveLength(1);
  expect([...owners.values()]).toEqual([
    { pid: process.pid, comm: readFileSync('/proc/self/comm', 'utf8').trimEnd() },
  ]);
});

function socketsOfThisProcess(): number[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      return parseSocketLink(readlinkSync(`/proc/self/fd/${descriptor}`)) ?? [];
    } catch {
      // The descriptor of the directory that is being read.
      return [];
    }
  });
}

describe('recorded processes', () => {
  let procRoot: string;
  beforeEach(() => {
    procRoot = mkdtempSync(join(tmpdir(), 'sockets-'));
  });
  afterEach(() => rmSync(procRoot, { recursive: true }));

  function record(pid: number, comm: string, descriptors: string[]): void {
    mkdirSync(join(procRoot, `${pid}/fd`), { recursive: true });
    writeFileSync(join(procRoot, `${pid}/comm`), `${comm}\n`);
    for (const [fd, target] of descriptors.entries()) symlinkSync(target, join(procRoot, `${pid}/fd/${fd}`));
  }

  it('own the sockets they have open', async () => {
    record(10, 'nginx', ['/dev/null', 'socket:[77]', 'socket:[78]']);
    record(11, 'redis server', ['socket:[79]']);
    const { owners } = await findSocketOwners([77, 79, 80], { procRoot });
    expect(owners).toEqual(
      new Map([
        [77, { pid: 10, comm: 'nginx' }],
        [79, { pid: 11, comm: 'redis server' }],
      ]),
    );
  });

  it('own a shared socket by the oldest of them', async () => {
    record(101, 'worker', ['socket:[77]']);
    record(99, 'master', ['socket:[77]']);
    const { owners } = await findSocketOwners([77], { procRoot });
    expect(owners.get(77)).toEqual({ pid: 99, comm: 'master' });
  });

  it('may end while they are read', async () => {
    mkdirSync(join(procRoot, '9'));
    const found = await findSocketOwners([77], { procRoot });
    expect(found).toEqual({ owners: new Map(), truncated: false });
  });

  it('are searched no longer than may be', async () => {
    record(10, 'nginx', ['/a', '/b', '/c', 'socket:[77]']);
    expect((await findSocketOwners([77], { procRoot, maxDescriptors: 3 })).truncated).toBe(true);
    expect((await findSocketOwners([77], { procRoot, maxDescriptors: 4 })).owners.size).toBe(1);
  });
});
