import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { createLogger } from '../../lib/log.ts';
import { readFlow } from '../../wire/rows.ts';
import { AT_MS, at, row } from '../store/flow.fixture.ts';
import { FlowBlock } from './flow-block.ts';
import { SegmentFiles } from './segment-files.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sysprobe-history-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

function block(name: string, size = 3): FlowBlock {
  const rows = Array.from({ length: size }, (_, i) => ({
    row: row(`${name}-${i}`, {
      state: 'closed',
      closedAt: at(i),
      durationNs: 9_000_000_000 + i,
      netns: 4_026_531_840 + i,
      sent: { bytes: 5_000_000_000 * i, packets: i },
      cgroup: { id: 2 ** 40 + i, path: `/a/${name}` },
    }),
    before: i === 0 ? undefined : [1, 2, 3, 4, 5, 6],
  }));
  return FlowBlock.pack(rows, { firstMs: AT_MS, lastMs: AT_MS + 1000 });
}

function files(maxBytes = 2 ** 20): SegmentFiles {
  return new SegmentFiles({ folder, maxBytes, log: createLogger('node-agent', 'silent') });
}

async function written(...blocks: FlowBlock[]): Promise<void> {
  const segments = files();
  for (const each of blocks) segments.append(each);
  await segments.close();
}

async function readAll(segments = files()) {
  const blocks: FlowBlock[] = [];
  for await (const each of segments.read()) blocks.push(each);
  return { blocks, status: segments.status };
}

const paths = () =>
  readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
const ids = (blocks: FlowBlock[]) => blocks.map((each) => each.id.read(0));

it('gives back what was written, in the same order', async () => {
  await written(block('a'), block('b', 500));
  await written(block('c'));
  const { blocks, status } = await readAll();
  expect(ids(blocks)).toEqual(['a-0', 'b-0', 'c-0']);
  expect(status).toMatchObject({ files: 2, corrupt: 0, torn: 0, unwritten: 0 });
  const [first] = blocks;
  expect(readFlow(first?.readRow(2) ?? [])).toEqual(readFlow(block('a').readRow(2)));
  expect(first?.before(2)).toEqual([1, 2, 3, 4, 5, 6]);
});

it('reads up to a block that a crash left unfinished, wherever it was cut', async () => {
  await written(block('a'), block('b'));
  const [path = ''] = paths();
  const whole = readFileSync(path);
  const oneBlock = whole.length - (whole.length - 17) / 2;
  for (const size of [0, 5, 17, 20, oneBlock - 1, oneBlock + 3, whole.length - 1]) {
    writeFileSync(path, whole.subarray(0, size));
    const { blocks, status } = await readAll();
    expect(ids(blocks)).toEqual(size > oneBlock ? ['a-0'] : []);
    expect(status).toMatchObject({ torn: size === 17 ? 0 : 1, corrupt: 0 });
  }
});

it('leaves out a damaged block and reads the ones behind it', async () => {
  await written(block('a'), block('b'));
  const [path = ''] = paths();
  const bytes = readFileSync(path);
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  const { blocks, status } = await readAll();
  expect(ids(blocks)).toEqual(['b-0']);
  expect(status).toMatchObject({ corrupt: 1, torn: 0 });
});

it('is not led astray by garbage', async () => {
  await written(block('a'));
  appendFileSync(paths()[0] ?? '', Buffer.alloc(64, 0xff));
  writeFileSync(join(folder, 'flows-000000000000001.segment'), 'something else entirely');
  writeFileSync(join(folder, 'notes.txt'), 'not ours');
  const { blocks, status } = await readAll();
  expect(ids(blocks)).toEqual(['a-0']);
  expect(status).toMatchObject({ files: 2, corrupt: 2, torn: 0 });
});

it('removes the oldest files when there is too much', async () => {
  const size = 20_000;
  const segments = files(size);
  for (let i = 0; i < 60; i++) segments.append(block(`b${i}`, 40));
  await segments.close();
  const total = paths().reduce((sum, path) => sum + statSync(path).size, 0);
  expect(total).toBeLessThanOrEqual(size);
  expect(segments.status.bytes).toBe(total);
  const { blocks } = await readAll();
  expect(ids(blocks).at(-1)).toBe('b59-0');
  expect(blocks.length).toBeGreaterThan(2);
});

it('goes on when the files cannot be written, counts what is missing, and writes again when it can', async () => {
  const segments = files();
  segments.append(block('a'));
  await segments.close();
  rmSync(folder, { recursive: true });
  for (const name of ['b', 'c']) segments.append(block(name));
  await segments.close();
  expect(segments.status).toMatchObject({ unwritten: 2, lastError: expect.stringContaining('ENOENT') });
  mkdirSync(folder);
  segments.append(block('d'));
  await segments.close();
  expect(segments.status).toMatchObject({ unwritten: 2 });
  expect(ids((await readAll()).blocks)).toEqual(['d-0']);
});

it('says what to do when the folder is none', () => {
  const path = join(folder, 'file');
  writeFileSync(path, '');
  truncateSync(path, 0);
  const open = () =>
    new SegmentFiles({ folder: path, maxBytes: 1e6, log: createLogger('node-agent', 'silent') });
  expect(open).toThrow(/historyFolder .*file cannot be used: EEXIST.*give a folder/);
});
