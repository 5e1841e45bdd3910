import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listNetns, parseNetnsLink } from './netns.ts';

it('reads the inode out of the link', () => {
  expect(parseNetnsLink('net:[4026531840]')).toBe(4026531840);
  expect(parseNetnsLink('mnt:[4026531840]')).toBeUndefined();
});

it('finds the namespace of this process, once', async () => {
  const own = statSync('/proc/self/ns/net').ino;
  const { namespaces } = await listNetns({ procRoot: '/proc' });
  const found = namespaces.filter(({ id }) => id === own);
  expect(found).toHaveLength(1);
  expect(statSync(found[0]?.path ?? '').ino).toBe(own);
});

describe('recorded processes', () => {
  let procRoot: string;
  let namedDir: string;

  beforeEach(() => {
    procRoot = mkdtempSync(join(tmpdir(), 'netns-'));
    namedDir = join(procRoot, 'named');
    mkdirSync(namedDir);
    symlinkSync('/proc/self', join(procRoot, 'self'));
  });
  afterEach(() => rmSync(procRoot, { recursive: true }));

  function record(pid: number, netns: number): void {
    mkdirSync(join(procRoot, `${pid}/ns`), { recursive: true });
    symlinkSync(`net:[${netns}]`, join(procRoot, `${pid}/ns/net`));
  }

  it('give each namespace by its oldest process', async () => {
    for (const [pid, netns] of [
      [100, 7],
      [20, 7],
      [3, 5],
    ] as const) {
      record(pid, netns);
    }
    const { namespaces } = await listNetns({ procRoot, namedDir });
    expect(namespaces).toEqual([
      { id: 5, path: `${procRoot}/3/ns/net` },
      { id: 7, path: `${procRoot}/20/ns/net` },
    ]);
  });

  it('leave out a process that has ended', async () => {
    mkdirSync(join(procRoot, '9'));
    expect(await listNetns({ procRoot, namedDir })).toEqual({ namespaces: [], denied: 0, truncated: false });
  });

  it('are followed by named namespaces, but not by leftover names', async () => {
    symlinkSync('/proc/self/ns/net', join(namedDir, 'blue'));
    writeFileSync(join(namedDir, 'stale'), '');
    const { namespaces } = await listNetns({ procRoot, namedDir });
    expect(namespaces).toEqual([{ id: statSync('/proc/self/ns/net').ino, path: `${namedDir}/blue` }]);
  });

  it('need no directory of names', async () => {
    const { namespaces } = await listNetns({ procRoot, namedDir: join(procRoot, 'none') });
    expect(namespaces).toEqual([]);
  });

  it('give no more namespaces than may be, and say so', async () => {
    for (const pid of [1, 2, 3]) record(pid, 100 + pid);
    const { namespaces, truncated } = await listNetns({ procRoot, namedDir, maxNamespaces: 2 });
    expect(namespaces).toHaveLength(2);
    expect(truncated).toBe(true);
  });
});
