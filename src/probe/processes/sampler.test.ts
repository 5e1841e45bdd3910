import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCgroupMounts } from '../owners/cgroup-mounts.ts';
import { ProcReader } from './existing.ts';
import { newProcess, type Process } from './process.ts';
import { ProcessSampler, pageBytes, withRate } from './sampler.ts';

const reader = new ProcReader({ procRoot: '/proc', mounts: readCgroupMounts('/proc'), showArgs: undefined });
const makeSampler = () => new ProcessSampler({ procRoot: '/proc', bootNs: () => performance.now() * 1e6 });

function processOf(pid: number): Process {
  const found = reader.read(pid);
  if (found === undefined) throw new Error(`${pid} is gone`);
  return newProcess(found.facts, found.execution);
}

describe('a process', () => {
  it('has the memory that it says itself', async () => {
    const own = processOf(process.pid);
    expect(await makeSampler().round([own])).toEqual([]);
    expect(own.usage?.cpu?.userUs).toBeGreaterThan(0);
    const { rss } = process.memoryUsage();
    expect(own.usage?.memory?.rssBytes).toBeGreaterThan(rss / 2);
    expect(own.usage?.memory?.rssBytes).toBeLessThan(rss * 2);
  });

  it('is gone when it was not there twice', async () => {
    const child = spawn('cat');
    const cat = processOf(child.pid ?? 0);
    const sampler = makeSampler();
    expect(await sampler.round([cat])).toEqual([]);
    child.kill();
    await once(child, 'exit');
    expect(await sampler.round([cat])).toEqual([]);
    expect(await sampler.round([cat])).toEqual([cat]);
    expect(cat.usage?.memory).toBeDefined();
  });

  it('is not the later one with its pid', async () => {
    const own = processOf(process.pid);
    own.startedNs -= 1e9;
    const sampler = makeSampler();
    await sampler.round([own]);
    expect(await sampler.round([own])).toEqual([own]);
    expect(own.usage).toBeUndefined();
  });
});

describe('the rate', () => {
  const usage = (atNs: number, userUs: number) => ({ atNs, cpu: { userUs, systemUs: 0 } });

  it.each([
    ['is what was used since the last sample', usage(1e9, 0), 250],
    ['is not known of the first', undefined, undefined],
    ['is not known where the clock stood', usage(3e9, 0), undefined],
    ['is not known where less was used than before', usage(1e9, 600_000), undefined],
  ])('%s', (_, before, millicores) => {
    expect(withRate(usage(3e9, 500_000), before).cpu?.millicores).toBe(millicores);
  });
});

it('the size of a page is read, or the usual one', () => {
  expect(pageBytes(readFileSync('/proc/self/auxv'))).toBe(4096);
  expect(pageBytes(Buffer.alloc(0))).toBe(4096);
});
