import { expect, test } from 'vitest';
import { painter } from '../format/terminal.ts';
import type { TopRow } from './rank.ts';
import { page, pageLines, screen, type TopPicture } from './screen.ts';
import type { TopView } from './view.ts';

const VIEW: TopView = {
  group: 'process',
  sort: 'rate',
  reverse: false,
  paused: false,
  help: false,
  scroll: 0,
};

const ROW: TopRow = {
  key: 'a',
  name: 'curl[4121]',
  open: 2,
  opened: 12,
  failed: 0,
  sent: 1_200,
  received: 33_000,
  retransmits: 4,
  rttUs: 210,
  millicores: 250,
  memoryBytes: 64_000_000,
};
const FAILING: TopRow = {
  ...ROW,
  key: 'b',
  name: `app\u001b[2J${'-long'.repeat(20)}`.replace('\u001b', '\\u001b'),
  failed: 3,
  rttUs: undefined,
  millicores: undefined,
  memoryBytes: undefined,
};

const PICTURE: TopPicture = {
  rows: [ROW, FAILING],
  nowMs: new Date(2026, 0, 31, 12, 3, 14).getTime(),
  windowMs: 60_000,
  server: '/var/run/sysprobe/sysprobe.sock',
  notice: undefined,
};

function draw(
  columns: number,
  lines: number,
  change: { picture?: object; view?: object; colored?: boolean } = {},
) {
  return screen(
    { ...PICTURE, ...change.picture },
    { ...VIEW, ...change.view },
    { size: { columns, lines }, paint: painter(change.colored === true) },
  );
}

test('a picture of the table', () => {
  expect(draw(110, 24)).toEqual([
    'sysprobe top  12:03:14  by process, sorted by rate  /var/run/sysprobe/sysprobe.sock',
    '4 open, 24 opened and 3 failed in 1m00s  ↑2.4k/s ↓66k/s',
    '',
    'PROCESS                   RATE▽    SENT  RECEIVED  OPEN  OPENED  FAILED  RETRANS    RTT   CPU  MEMORY',
    'curl[4121]                34k/s  1.2k/s     33k/s     2      12       0        4  210us  250m     64M',
    'app\\u001b[2J-long-long-…  34k/s  1.2k/s     33k/s     2      12       3        4      -     -       -',
  ]);
});

test.each([
  [110, 24],
  [80, 24],
  [40, 5],
  [10, 2],
  [1, 1],
])('in %i columns and %i lines nothing sticks out', (columns, lines) => {
  for (const help of [false, true]) {
    const drawn = draw(columns, lines, { view: { help } });
    expect(drawn.length).toBeLessThanOrEqual(lines);
    for (const line of drawn) expect(line.length).toBeLessThanOrEqual(columns);
  }
});

test.each([
  [80, 'rate', /^PROCESS .* RATE▽ .* FAILED {2}RETRANS {4}RTT$/],
  [80, 'memory', /^PROCESS .* OPENED {2}FAILED {2}MEMORY▽$/],
  [24, 'rtt', /^PROCESS +RTT▽$/],
] as const)('in %i columns, sorted by %s, what is shown is whole', (columns, sort, headers) => {
  const [, , , drawn, ...rows] = draw(columns, 24, { view: { sort } });
  expect(drawn).toMatch(headers);
  for (const row of rows) expect(row).not.toMatch(/…$/);
});

test('a line with failures is red', () => {
  const drawn = draw(80, 24, { colored: true });
  expect(drawn.filter((line) => line.startsWith('\x1b[31m'))).toHaveLength(1);
  expect(drawn[5]).toContain('app');
  expect(drawn[5]?.startsWith('\x1b[31m')).toBe(true);
});

test('scrolled, the lines below are shown under the same head', () => {
  const rows = Array.from({ length: 100 }, (_, i) => ({ ...ROW, key: `${i}`, name: `p[${i}]` }));
  const drawn = draw(80, 10, { picture: { rows }, view: { scroll: 50 } });
  expect(drawn.slice(4).map((line) => line.split(' ')[0])).toEqual(
    Array.from({ length: 6 }, (_, i) => `p[${50 + i}]`),
  );
  expect(pageLines({ columns: 80, lines: 10 })).toBe(6);
});

test('it says when it is held, in what order, and what went wrong', () => {
  const view = { paused: true, reverse: true };
  const [first, second] = draw(110, 24, { view, picture: { notice: 'no such socket\n' } });
  expect(first).toContain('sorted by rate, reversed  PAUSED');
  expect(second).toBe('no such socket\\u000a');
});

test('a page for a pipe has whole names and as many lines as asked for', () => {
  expect(page(PICTURE, VIEW)).toContain(FAILING.name);
  expect(page(PICTURE, VIEW, 1).trimEnd().split('\n')).toHaveLength(5);
});
