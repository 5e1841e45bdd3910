import { expect, it } from 'vitest';
import type { MapGraph } from '../map/types.ts';
import { NODE_GRAPH_FIELDS, nodeGraph } from './node-graph.ts';

const SIGNALS = {
  traffic: { bytesPerSecond: 0, connectionsPerSecond: 0 },
  errors: { failed: 0, ratio: 0 },
};

const GRAPH: MapGraph = {
  generatedAt: '2026-01-31T12:00:00.000Z',
  window: { since: '2026-03-01T11:55:00.000Z', until: '2026-03-01T12:00:00.000Z', live: true },
  group: 'process',
  nodes: [
    {
      id: 'process:curl',
      kind: 'process',
      name: 'curl',
      detail: { exe: '/usr/bin/curl' },
      connections: { active: 1, opened: 2, closed: 1, failed: 2 },
      sent: { bytes: 100, packets: 1 },
      received: { bytes: 900, packets: 1 },
      signals: {},
    },
    {
      id: 'address:10.0.0.2',
      kind: 'address',
      name: '10.0.0.2',
      connections: { active: 0, opened: 0, closed: 0, failed: 0 },
      sent: { bytes: 0, packets: 1 },
      received: { bytes: 0, packets: 1 },
      signals: {},
    },
  ],
  edges: [
    {
      id: 'e1',
      source: 'process:curl',
      target: 'address:10.0.0.2',
      port: 80,
      ports: [80],
      protocol: 'tcp',
      connections: { active: 1, opened: 2, closed: 1, failed: { refused: 2 } },
      bytes: { forward: 100, backward: 900 },
      rate: { forward: 10, backward: 90 },
      retransmits: 3,
      lostPackets: 0,
      packets: { forward: 1, backward: 1 },
      signals: SIGNALS,
      rttUs: 210,
      lastSeenAt: '2026-01-31T12:00:00.000Z',
    },
    {
      id: 'e2',
      source: 'process:curl',
      target: 'process:curl',
      ports: [],
      protocol: 'udp',
      connections: { active: 0, opened: 0, closed: 1, failed: {} },
      bytes: { forward: 0, backward: 0 },
      rate: { forward: 1, backward: 0 },
      retransmits: 0,
      lostPackets: 0,
      packets: { forward: 1, backward: 1 },
      signals: SIGNALS,
      lastSeenAt: '2026-01-31T12:00:00.000Z',
    },
  ],
};

it('has the nodes with their rate, failures as a share of the ring, and details', () => {
  expect(nodeGraph(GRAPH).nodes).toEqual([
    {
      id: 'process:curl',
      title: 'curl',
      subtitle: 'process',
      mainstat: 101,
      secondarystat: 1,
      arc__ok: 0.5,
      arc__failed: 0.5,
      detail__opened: 2,
      detail__failed: 2,
      detail__sent: 100,
      detail__received: 900,
      detail__exe: '/usr/bin/curl',
    },
    expect.objectContaining({ id: 'address:10.0.0.2', mainstat: 100, arc__ok: 1, arc__failed: 0 }),
  ]);
});

it('has edges as thick as they carry, red where connections failed', () => {
  expect(nodeGraph(GRAPH).edges).toMatchObject([
    {
      id: 'e1',
      mainstat: 100,
      secondarystat: '80/tcp',
      thickness: 6,
      color: '#f2495c',
      detail__failed: 2,
      detail__rtt: 0.21,
    },
    { id: 'e2', mainstat: 1, secondarystat: 'udp', thickness: 1, color: '#8e8e8e', detail__failed: 0 },
  ]);
});

it('names every field that it has, save for what is known of a node', () => {
  const { nodes, edges } = nodeGraph(GRAPH);
  const named = (fields: readonly { field_name: string }[]) => fields.map(({ field_name }) => field_name);
  const node = nodes[1] ?? {};
  expect(Object.keys(node).sort()).toEqual(named(NODE_GRAPH_FIELDS.nodes_fields).sort());
  expect(Object.keys(edges[0] ?? {}).sort()).toEqual(named(NODE_GRAPH_FIELDS.edges_fields).sort());
});

it('draws an empty map', () => {
  expect(nodeGraph({ ...GRAPH, nodes: [], edges: [] })).toEqual({ nodes: [], edges: [] });
});
