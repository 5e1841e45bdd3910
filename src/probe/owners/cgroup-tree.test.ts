import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CgroupChanges, CgroupTree } from './cgroup-tree.ts';

/** A directory tree has what the reader goes by in a cgroup tree: inodes, and files between the directories. */
let root: string;
let clock: number;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cgroup-tree-'));
  clock = 0;
});
afterEach(() => rmSync(root, { recursive: true }));

const now = () => clock;

function makeCgroup(path: string): number {
  mkdirSync(join(root, path), { recursive: true });
  writeFileSync(join(root, path, 'cgroup.procs'), '');
  return statSync(join(root, path)).ino;
}

/** Out of the tree, but not deleted: the file system would give its inode to the next directory. */
function removeCgroup(path: string): void {
  const attic = mkdtempSync(join(tmpdir(), 'cgroup-attic-'));
  renameSync(join(root, path), join(attic, 'removed'));
  removed.push(attic);
}
const removed: string[] = [];
afterEach(() => {
  for (const attic of removed.splice(0)) rmSync(attic, { recursive: true });
});

describe('a cgroup tree', () => {
  it('finds the path of every cgroup by its id', () => {
    const pod = makeCgroup('kubepods/burstable/pod1');
    const container = makeCgroup('kubepods/burstable/pod1/abc');
    const tree = new CgroupTree({ root, now });
    expect(tree.path(container)).toBe('/kubepods/burstable/pod1/abc');
    expect(tree.path(pod)).toBe('/kubepods/burstable/pod1');
    expect(tree.path(statSync(root).ino)).toBe('/');
    expect(tree.counters.scans).toBe(1);
  });

  it('finds a cgroup made after the last scan', () => {
    const tree = new CgroupTree({ root, now });
    tree.scan();
    const made = makeCgroup('docker/abc');
    clock = 1000;
    expect(tree.path(made)).toBe('/docker/abc');
  });

  it('keeps the path of a removed cgroup', () => {
    const id = makeCgroup('docker/abc');
    const tree = new CgroupTree({ root, now });
    tree.scan();
    removeCgroup('docker/abc');
    tree.scan();
    expect(tree.path(id)).toBe('/docker/abc');
  });

  it('forgets removed cgroups before those which are there', () => {
    const old = makeCgroup('a-old');
    const live = makeCgroup('b-live');
    const tree = new CgroupTree({ root, now, maxPaths: 4 });
    tree.scan();
    removeCgroup('a-old');
    makeCgroup('c-new');
    tree.scan();
    expect(tree.path(old)).toBe('/a-old');
    makeCgroup('d-new');
    tree.scan();
    expect(tree.path(live)).toBe('/b-live');
    expect(tree.path(old)).toBeUndefined();
    expect(tree.counters).toMatchObject({ paths: 4, evicted: 1 });
  });

  it('answers ten thousand unknown ids with one scan', () => {
    makeCgroup('docker/abc');
    const tree = new CgroupTree({ root, now });
    for (let event = 0; event < 10_000; event++) expect(tree.path(4e9 + event)).toBeUndefined();
    expect(tree.counters).toMatchObject({ misses: 10_000, scans: 1, gone: 1, deferred: 9_999 });
  });

  it('finds a deferred id when it is asked again later', () => {
    const tree = new CgroupTree({ root, now });
    tree.scan();
    const made = makeCgroup('docker/abc');
    expect(tree.path(made)).toBeUndefined();
    clock = 1000;
    expect(tree.path(made)).toBe('/docker/abc');
  });

  it('does not look again for an id that a scan did not find', () => {
    const tree = new CgroupTree({ root, now });
    for (clock = 0; clock < 100_000; clock += 1000) tree.path(4e9);
    expect(tree.counters).toMatchObject({ scans: 1, gone: 100 });
  });

  it('takes a right guess instead of a scan, and no wrong one', () => {
    const tree = new CgroupTree({ root, now });
    tree.scan();
    const made = makeCgroup('docker/abc');
    const other = makeCgroup('docker/def');
    expect(tree.path(other, '/docker/abc')).toBeUndefined();
    expect(tree.path(made, '/docker/abc')).toBe('/docker/abc');
    expect(tree.path(4e9, '/not/there')).toBeUndefined();
    expect(tree.path(statSync(join(root, '..')).ino, '/..')).toBeUndefined();
    expect(tree.counters.scans).toBe(1);
  });

  it('visits no more directories than it may, and says so', () => {
    for (let pod = 0; pod < 20; pod++) makeCgroup(`pods/${pod}`);
    const tree = new CgroupTree({ root, now, maxScanned: 10 });
    expect(tree.path(4e9)).toBeUndefined();
    expect(tree.counters).toMatchObject({ paths: 10, truncated: 1, gone: 0 });
  });

  it('knows nothing of id 0, and asks nobody', () => {
    const tree = new CgroupTree({ root, now });
    expect(tree.path(0)).toBeUndefined();
    expect(tree.counters).toMatchObject({ misses: 0, scans: 0 });
  });

  it('stands a tree that is not there', () => {
    const tree = new CgroupTree({ root: join(root, 'unmounted'), now });
    expect(tree.path(7)).toBeUndefined();
    expect(tree.isWholeHost).toBe(false);
  });
});

describe('changes that the kernel tells', () => {
  let waiting: [id: number, path?: string][];
  const changes: CgroupChanges = {
    drain(to) {
      for (const [id, path] of waiting.splice(0)) path === undefined ? to.removed(id) : to.made(id, path);
    },
  };
  beforeEach(() => {
    waiting = [];
  });

  it('name a cgroup that no scan has ever seen', () => {
    const tree = new CgroupTree({ root, changes, now });
    waiting = [[4e9, '/kubepods/pod1/abc'], [4e9]];
    expect(tree.path(4e9)).toBe('/kubepods/pod1/abc');
    expect(tree.counters).toMatchObject({ misses: 0, scans: 0, paths: 0, removed: 1 });
  });

  it('are enough where no tree can be looked at', () => {
    const tree = new CgroupTree({ root: undefined, changes, now });
    tree.scan();
    waiting = [[7, '/docker/abc']];
    expect(tree.path(7)).toBe('/docker/abc');
    expect(tree.path(8, '/docker/def')).toBeUndefined();
    expect(tree.isWholeHost).toBe(false);
  });

  it('let any number of short-lived cgroups pass without forgetting one that is there', () => {
    const live = makeCgroup('live');
    const tree = new CgroupTree({ root, changes, now, maxPaths: 10 });
    tree.scan();
    for (let id = 1e9; id < 1e9 + 1000; id++) waiting.push([id, `/short/${id}`], [id]);
    tree.catchUp();
    expect(tree.path(live)).toBe('/live');
    expect(tree.path(1e9 + 999)).toBe(`/short/${1e9 + 999}`);
    expect(tree.counters).toMatchObject({ paths: 2, evicted: 0, removed: 10, removedEvicted: 990 });
  });

  it('that are about a cgroup already forgotten change nothing', () => {
    const tree = new CgroupTree({ root, changes, now });
    waiting = [[4e9]];
    tree.catchUp();
    expect(tree.counters).toMatchObject({ paths: 0, removed: 0 });
  });
});

it('tells a part of a hierarchy from the whole', () => {
  expect(new CgroupTree({ root }).isWholeHost).toBe(false);
});
