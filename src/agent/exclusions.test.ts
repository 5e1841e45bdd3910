import { beforeEach, expect, it } from 'vitest';
import { containerPatterns } from '../lib/config/container-patterns.ts';
import { type ContainerTexts, ReportPolicy } from '../lib/report-policy.ts';
import type { Row } from '../wire/fields.ts';
import { CODECS, type RecordKind } from '../wire/kinds.ts';
import { Exclusions } from './exclusions.ts';

const KINDS: RecordKind[] = ['flow', 'dns', 'process', 'container'];
const WAIT_MS = 5000;

let now: number;
let told: string[];
/** By container; empty while Kubernetes has not told of it. */
let pods: Record<string, ContainerTexts>;
let exclusions: Exclusions;

beforeEach(() => {
  now = 0;
  told = [];
  pods = {};
  exclusions = excluding('kube_namespace:^kube-system$ name:^secret');
});

function excluding(patterns: string, maxHeld?: number): Exclusions {
  return new Exclusions({
    policy: new ReportPolicy({ exclude: containerPatterns.parse(patterns) ?? [], include: [] }),
    sink: {
      record: (kind, row, type) => told.push([kind, row[0], ...(type === undefined ? [] : [type])].join(' ')),
      beginList: () => told.push('begin'),
      endList: () => told.push('end'),
      probeRestarted: () => told.push('restarted'),
    },
    textsOf: ({ id, cgroupPath }) => pods[id] ?? (cgroupPath?.includes('kubepods') ? {} : undefined),
    waitMs: WAIT_MS,
    now: () => now,
    ...(maxHeld !== undefined && { maxHeld }),
  });
}

/** A row whose first cell tells it apart. */
function row(kind: RecordKind, container: string | null, mark: string, cgroup = '/kubepods/pod1'): Row {
  const { names } = CODECS[kind];
  const cells: Row = names.map(() => null);
  cells[names.indexOf(kind === 'container' ? 'id' : 'container.id')] = container;
  cells[names.indexOf('cgroup.path')] = cgroup;
  cells[0] = kind === 'container' ? container : mark;
  return cells;
}

const flow = (container: string | null, mark: string, cgroup?: string) =>
  exclusions.record('flow', row('flow', container, mark, cgroup), 'flow.opened');
const named = (name: string, namespace = 'shop') => ({
  name: [name],
  image: [],
  kube_namespace: [namespace],
});

it.each(KINDS)('keeps a %s of an excluded container out, and lets others in', (kind) => {
  pods = { a: named('secret-1'), b: named('web') };
  for (const id of ['a', 'b']) exclusions.record(kind, row(kind, id, id));
  expect(told).toEqual([`${kind} b`]);
  expect(exclusions.counts).toMatchObject({ excluded: 1, held: 0, unnamed: 0 });
});

it('lets in what is of no container, or of one of no pod', () => {
  flow(null, 'host');
  flow('c', 'docker', '/docker/c');
  expect(told).toEqual(['flow host flow.opened', 'flow docker flow.opened']);
});

it('decides by the namespace as soon as the pod is known', () => {
  pods = { a: { kube_namespace: ['kube-system'] }, b: { kube_namespace: ['shop'] } };
  flow('a', 'system');
  flow('b', 'shop');
  expect(told).toEqual([]);
  expect(exclusions.counts).toMatchObject({ excluded: 1, held: 1 });
});

it('holds what Kubernetes has not told of, and lets it go in its order', () => {
  flow('a', '1');
  flow('b', '2');
  pods = { a: named('web') };
  flow('a', '3');
  expect(told).toEqual([]);
  exclusions.sweep(now);
  flow('a', '4');
  expect(told).toEqual(['1', '3', '4'].map((mark) => `flow ${mark} flow.opened`));
  pods.b = named('secret-1');
  exclusions.sweep(now);
  expect(told).toHaveLength(3);
  expect(exclusions.counts).toMatchObject({ excluded: 1, held: 0, unnamed: 0 });
});

it('lets in what is not known in time, once for all', () => {
  flow('a', '1');
  exclusions.sweep(WAIT_MS - 1);
  expect(told).toEqual([]);
  exclusions.sweep(WAIT_MS);
  pods = { a: named('secret-1') };
  flow('a', '2');
  expect(told).toEqual(['flow 1 flow.opened', 'flow 2 flow.opened']);
  expect(exclusions.counts).toMatchObject({ excluded: 0, unnamed: 1 });
});

it('goes by the namespace alone when the rest is not known in time', () => {
  exclusions = excluding('kube_namespace:^kube-system$ image:pause');
  pods = { a: { kube_namespace: ['shop'] } };
  flow('a', 'sandbox');
  exclusions.sweep(WAIT_MS);
  expect(told).toEqual(['flow sandbox flow.opened']);
});

it('holds so many at most: what waited longest comes in', () => {
  exclusions = excluding('name:^secret', 3);
  flow('a', '1');
  for (const mark of ['2', '3', '4']) flow('b', mark);
  expect(told).toEqual(['flow 1 flow.opened']);
  expect(exclusions.counts).toEqual({ held: 3, maxHeld: 3, excluded: 0, unnamed: 1 });
});

it('lets nothing wait for a probe that is gone, and passes lists on', () => {
  exclusions.beginList();
  flow('a', '1');
  exclusions.endList();
  exclusions.probeRestarted();
  expect(told).toEqual(['begin', 'end', 'flow 1 flow.opened', 'restarted']);
});
