import { beforeEach, expect, it } from 'vitest';
import { containerPatterns } from '../../lib/config/container-patterns.ts';
import { ReportPolicy } from '../../lib/report-policy.ts';
import type { Row } from '../../wire/fields.ts';
import { CODECS } from '../../wire/kinds.ts';
import type { EventType } from '../../wire/messages.ts';
import { ReportGate, textsOf } from './report-gate.ts';

let appended: string[];
let asked: Set<string>;
let gate: ReportGate;

beforeEach(() => {
  appended = [];
  asked = new Set();
  const exclude = containerPatterns.parse('name:^secret') ?? [];
  gate = new ReportGate({
    policy: new ReportPolicy({ exclude, include: [] }),
    append: (type, row) => appended.push(`${type} ${row[0]}`),
    onUnknown: (id) => asked.add(id),
    maxHeld: 8,
  });
});

/** A row whose first cell tells it apart. */
function row(kind: keyof typeof CODECS, container: string | null, mark: string): Row {
  const { names } = CODECS[kind];
  const cells: Row = names.map(() => null);
  cells[0] = mark;
  cells[names.indexOf(kind === 'container' ? 'id' : 'container.id')] = container;
  return cells;
}

const named = (name: string) => ({ kind: 'container', labels: {}, name }) as const;

function decide(id: string, name: string | undefined): void {
  gate.decide(id, name === undefined ? undefined : named(name));
  gate.release(id);
}

const events: [EventType, keyof typeof CODECS][] = [
  ['flow.opened', 'flow'],
  ['flow.updated', 'flow'],
  ['flow.closed', 'flow'],
  ['dns', 'dns'],
  ['process.started', 'process'],
  ['process.exited', 'process'],
  ['oom', 'process'],
];

it.each(events)('%s of an excluded container stays, of another goes on', (type, kind) => {
  decide('a', 'secret-1');
  decide('b', 'web');
  for (const container of ['a', 'b', null]) gate.append(type, row(kind, container, `of ${container}`));
  expect(appended).toEqual([`${type} of b`, `${type} of null`]);
  expect(gate.counters).toMatchObject({ excluded: 1, held: 0 });
});

it('container.started and stopped go by the id of the container', () => {
  decide('a', 'secret-1');
  decide('b', 'web');
  for (const id of ['a', 'b']) gate.append('container.started', row('container', id, id));
  for (const id of ['a', 'b']) gate.append('container.stopped', row('container', id, id));
  expect(appended).toEqual(['container.started b', 'container.stopped b']);
});

it('what has no name yet waits, in its order, and keeps no other waiting', () => {
  gate.append('flow.opened', row('flow', 'new', '1'));
  gate.append('flow.opened', row('flow', null, '2'));
  gate.append('flow.closed', row('flow', 'new', '3'));
  expect(appended).toEqual(['flow.opened 2']);
  expect([...asked]).toEqual(['new']);
  decide('new', 'web');
  expect(appended).toEqual(['flow.opened 2', 'flow.opened 1', 'flow.closed 3']);
  expect(gate.counters.held).toBe(0);
});

it('what turns out to be excluded has not left', () => {
  gate.append('flow.opened', row('flow', 'new', '1'));
  decide('new', 'secret');
  expect(appended).toEqual([]);
  expect(gate.counters).toMatchObject({ excluded: 1, held: 0 });
});

it('what no runtime knows goes on under its id', () => {
  gate.append('flow.opened', row('flow', 'new', '1'));
  decide('new', undefined);
  expect(appended).toEqual(['flow.opened 1']);
});

it('keeps back no more than its bound, and counts what it dropped', () => {
  for (let i = 0; i < 20; i++) gate.append('dns', row('dns', 'new', String(i)));
  expect(gate.counters).toMatchObject({ held: 8, dropped: 12 });
  decide('new', 'web');
  expect(appended).toHaveLength(8);
});

it('lists show neither the excluded nor those that may be', () => {
  decide('a', 'secret-1');
  decide('b', 'web');
  const rows = ['a', 'b', 'new', null].map((container) => row('flow', container, String(container)));
  expect([...gate.shown('flow', rows)].map(([mark]) => mark)).toEqual(['b', 'null']);
  expect(['a', 'b', 'new'].map((id) => gate.isShown(id))).toEqual([false, true, false]);
});

it('knows a container by what its pod and its runtime call it', () => {
  const labels = { 'io.kubernetes.pod.namespace': 'shop', 'io.kubernetes.container.name': 'web' };
  expect(
    textsOf({ kind: 'container', name: 'k8s_web_shop-0_shop_1', image: 'shop/web:1.2', labels }),
  ).toEqual({
    name: ['web', 'k8s_web_shop-0_shop_1'],
    image: ['shop/web:1.2'],
    kube_namespace: ['shop'],
  });
  expect(textsOf(undefined)).toEqual({ name: [], image: [], kube_namespace: [] });
});
