import { expect, test } from 'vitest';
import { Histogram } from './family.ts';
import { flow, NOW } from './flow.fixture.ts';
import { FlowMeter } from './flow-meter.ts';
import { HOST_LABELS, KUBERNETES_LABELS } from './labels.ts';

const traffic = (bytes: number, packets = 1) => ({
  sent: { bytes, packets },
  received: { bytes: 2 * bytes, packets },
});

function meter(labels = KUBERNETES_LABELS, limits = { max: 10, idleMs: 60_000 }): FlowMeter {
  return new FlowMeter({ labels, podTags: [] }, limits, NOW);
}

/** The values of a family by the values of its labels. */
function read(from: FlowMeter, name: string, nowMs = NOW): Record<string, number> {
  const points = from.families(nowMs).find((family) => family.name === name)?.points ?? [];
  return Object.fromEntries(
    points.map(({ labels, value }) => [
      labels.map((label) => label.value).join(' '),
      value instanceof Histogram ? value.count : value,
    ]),
  );
}

const CART = 'shop cart shop db outgoing tcp';

test('what a flow carries is counted once, however often it is reported', () => {
  const from = meter();
  for (const bytes of [100, 100, 300]) from.update(flow(0, traffic(bytes)), NOW);
  from.update(flow(0, { ...traffic(1_000, 7), retransmits: 2, state: 'closed' }), NOW);
  expect(read(from, 'sysprobe_flow_sent_bytes')).toEqual({ [CART]: 1_000 });
  expect(read(from, 'sysprobe_flow_received_bytes')).toEqual({ [CART]: 2_000 });
  expect(read(from, 'sysprobe_flow_sent_packets')).toEqual({ [CART]: 7 });
  expect(read(from, 'sysprobe_flow_retransmits')).toEqual({ [CART]: 2 });
  expect(read(from, 'sysprobe_flows_opened')).toEqual({ [CART]: 1 });
  expect(read(from, 'sysprobe_flows_closed')).toEqual({ [CART]: 1 });
});

test('of a flow that is older than the meter counts what comes from now on', () => {
  const from = meter();
  const old = { openedMs: NOW - 1 };
  from.update(flow(0, { ...old, ...traffic(5_000) }), NOW);
  from.update(flow(0, { ...old, ...traffic(5_100) }), NOW);
  from.update(flow(1, { ...old, ...traffic(7_000), state: 'closed' }), NOW);
  expect(read(from, 'sysprobe_flow_sent_bytes')).toEqual({ [CART]: 100 });
  expect(read(from, 'sysprobe_flows_opened')).toEqual({ [CART]: 0 });
  expect(read(from, 'sysprobe_flows_closed')).toEqual({ [CART]: 0 });
});

test('what is opened after the clock was set back counts from the beginning', () => {
  const from = meter();
  const earlier = NOW - 86_400_000;
  from.update(flow(0, { openedMs: earlier, ...traffic(5_000) }), earlier);
  expect(read(from, 'sysprobe_flow_sent_bytes', earlier)).toEqual({ [CART]: 5_000 });
});

test('a slot that is used again counts from the beginning', () => {
  const from = meter();
  from.update(flow(0, traffic(100)), NOW);
  from.update(flow(0, { ...traffic(100), state: 'closed' }), NOW);
  from.update(flow(0, traffic(30)), NOW);
  from.remove(flow(0));
  from.update(flow(0, traffic(5)), NOW);
  expect(read(from, 'sysprobe_flow_sent_bytes')).toEqual({ [CART]: 135 });
  expect(read(from, 'sysprobe_flows_open')).toEqual({ [CART]: 1 });
});

test('after a restart of the probe nothing is counted twice', () => {
  const from = meter();
  from.update(flow(0, traffic(100)), NOW);
  const later = NOW + 5_000;
  from.restart(later);
  from.update(flow(1, traffic(100)), later);
  from.update(flow(1, traffic(120)), later);
  expect(read(from, 'sysprobe_flow_sent_bytes')).toEqual({ [CART]: 120 });
  expect(read(from, 'sysprobe_flows_open')).toEqual({ [CART]: 1 });
});

test('failures are told apart by reason, latencies are of what closed', () => {
  const from = meter();
  const closed = { state: 'closed', rttUs: 200, connectUs: 700_000 };
  from.update(flow(0, { ...closed, failure: 'refused' }), NOW);
  from.update(flow(1, { ...closed, failure: 'reset' }), NOW);
  from.update(flow(2, { rttUs: 3 }), NOW);
  expect(read(from, 'sysprobe_flow_failures')).toEqual({ [`${CART} refused`]: 1, [`${CART} reset`]: 1 });
  expect(read(from, 'sysprobe_flow_rtt_seconds')).toEqual({ [CART]: 2 });
  const [point] =
    from.families(NOW).find(({ name }) => name === 'sysprobe_flow_connect_seconds')?.points ?? [];
  expect(point?.value).toMatchObject({ counts: [0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0], sum: 1.4 });
});

test('a flow counts where its names say, from when they are known', () => {
  const from = meter(['namespace']);
  const nameless = { ...traffic(100) };
  const { kubernetes: _, ...unknown } = flow(0, nameless);
  from.update(unknown, NOW);
  from.update(flow(0, traffic(150)), NOW);
  expect(read(from, 'sysprobe_flow_sent_bytes')).toEqual({ '': 100, shop: 50 });
  expect(read(from, 'sysprobe_flows_open')).toEqual({ '': 0, shop: 1 });
});

test('who accepted a connection has it as incoming, with its own port', () => {
  const from = meter(['direction', 'port', 'protocol']);
  from.update(flow(0, traffic(1)), NOW);
  from.update(
    flow(1, { ...traffic(2), role: 'server', source: { port: 8080 }, dest: { ip: '1.1.1.1', port: 5 } }),
    NOW,
  );
  expect(read(from, 'sysprobe_flow_sent_bytes')).toEqual({ 'outgoing 80 tcp': 1, 'incoming 8080 tcp': 2 });
});

test('more sets of labels than allowed are counted together, and sums stay right', () => {
  const from = meter(HOST_LABELS, { max: 2, idleMs: 60_000 });
  for (let slot = 0; slot < 50; slot++) {
    for (const bytes of [10, 20])
      from.update(flow(slot, { ...traffic(bytes), process: { comm: `p${slot}` } }), NOW);
  }
  const sent = read(from, 'sysprobe_flow_sent_bytes');
  expect(Object.keys(sent)).toHaveLength(3);
  expect(sent['~other ~other ~other ~other']).toBe(48 * 20);
  expect(Object.values(sent).reduce((sum, bytes) => sum + bytes, 0)).toBe(50 * 20);
  expect(from.counts).toEqual({ series: 2, overflow: 48 });
});

test('what is gone is dropped, and its place is free', () => {
  const from = meter(['process'], { max: 1, idleMs: 60_000 });
  from.update(flow(0, { process: { comm: 'old' } }), NOW);
  expect(read(from, 'sysprobe_flows_open', NOW + 3_600_000)).toEqual({ old: 1 });
  from.update(flow(0, { process: { comm: 'old' }, state: 'closed' }), NOW);
  expect(read(from, 'sysprobe_flows_open', NOW + 60_000)).toEqual({ old: 0 });
  expect(read(from, 'sysprobe_flows_open', NOW + 60_001)).toEqual({});
  from.update(flow(0, { process: { comm: 'new' } }), NOW);
  expect(read(from, 'sysprobe_flows_open')).toEqual({ new: 1 });
});

test('tags that pods have of their labels are labels', () => {
  const from = new FlowMeter({ labels: ['protocol'], podTags: ['kube_team'] }, { max: 10, idleMs: 1 }, NOW);
  from.update(flow(0, { ...traffic(1), kubernetes: { tags: { kube_team: 'shop' } } }), NOW);
  expect(read(from, 'sysprobe_flow_sent_bytes')).toEqual({ 'tcp shop': 1 });
});
