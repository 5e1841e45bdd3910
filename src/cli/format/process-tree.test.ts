import { expect, test } from 'vitest';
import type { ShownProcess } from './process-columns.ts';
import { processTree } from './process-tree.ts';
import { painter } from './terminal.ts';

const FORMAT = {
  headers: false,
  style: { numeric: false, format: 'time', utc: true, now: () => 0 },
  paint: painter(false),
} as const;

let lastId = 0;

function process(pid: number, parentPid: number | undefined, more: Partial<ShownProcess> = {}): ShownProcess {
  lastId += 1;
  return {
    id: String(lastId),
    pid,
    ...(parentPid !== undefined && { parentPid }),
    comm: `p${pid}`,
    state: 'running',
    ...more,
  };
}

/** The last column of each line. */
function drawn(processes: ShownProcess[]): string[] {
  const lines = processTree(processes, FORMAT).trimEnd().split('\n');
  return lines.map((line) => /[│├└ ]*\[p\d+\]$/.exec(line.replace(/^.*?- {2,}/, ''))?.[0].trimStart() ?? '');
}

test('children stand below their parents, by pid, wherever they come in the list', () => {
  const list = [process(9, 1), process(3, 2), process(1, undefined), process(2, 1), process(4, 2)];
  expect(
    processTree(list, FORMAT)
      .match(/[│├└─ ]*\[p\d\]/g)
      ?.map((text) => text.slice(2)),
  ).toEqual(['[p1]', '├─ [p2]', '│  ├─ [p3]', '│  └─ [p4]', '└─ [p9]']);
});

test('every process is drawn once, also when parents go in circles', () => {
  const list = [process(1, 2), process(2, 1), process(3, 3), process(4, 404)];
  expect(drawn(list)).toHaveLength(4);
});

test('a pid that was used again has the children of each of its lives', () => {
  const at = (second: number) => `2026-01-31T12:00:0${second}.000000000Z`;
  const list = [
    process(5, 1, { startedAt: at(1), state: 'exited', args: ['first'] }),
    process(6, 5, { startedAt: at(2), args: ['of the first'] }),
    process(5, 1, { startedAt: at(3), args: ['second'] }),
    process(7, 5, { startedAt: at(4), args: ['of the second'] }),
  ];
  const text = processTree(list, FORMAT);
  expect(text).toMatch(/first\n.*└─ of the first\n.*second\n.*└─ of the second\n/);
});

test('processes nested two thousand deep are drawn', () => {
  const list = Array.from({ length: 2_000 }, (_, i) => process(i + 1, i));
  expect(processTree(list, FORMAT).split('\n')).toHaveLength(2_001);
});
