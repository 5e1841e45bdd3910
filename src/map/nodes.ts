import type { Edge } from './edges.ts';
import type { NodeFace } from './faces.ts';
import { type Counter, Figures } from './figures.ts';
import { failedConnections, signalsOf } from './signals.ts';
import type { MapNode } from './types.ts';
import type { TimeWindow } from './window.ts';

interface NodeFigures {
  face: NodeFace;
  served: Figures | undefined;
  called: Figures | undefined;
  /** Of each edge once, also of one from the node to itself. */
  all: Figures;
}

/** The figures of a node are those of all its edges, also the ones to nodes that are not shown. */
export function nodesOf(
  edges: Iterable<Edge>,
  { shown, window }: { shown: ReadonlySet<string>; window: TimeWindow },
): MapNode[] {
  const nodes = new Map<string, NodeFigures>();
  const nodeOf = (face: NodeFace) => {
    let node = nodes.get(face.id);
    if (node === undefined) {
      node = { face, served: undefined, called: undefined, all: new Figures() };
      nodes.set(face.id, node);
    }
    return node;
  };
  for (const { source, target, figures } of edges) {
    if (shown.has(source.id)) {
      const node = nodeOf(source);
      node.called ??= new Figures();
      node.called.merge(figures);
      node.all.merge(figures);
    }
    if (shown.has(target.id)) {
      const node = nodeOf(target);
      node.served ??= new Figures();
      node.served.merge(figures);
      if (source.id !== target.id) node.all.merge(figures);
    }
  }
  return Array.from(nodes.values(), (node) => nodeWith(node, window));
}

function nodeWith({ face, served, called, all }: NodeFigures, { seconds }: TimeWindow): MapNode {
  const carried = (asClient: Counter, asServer: Counter) =>
    (called?.count(asClient) ?? 0) + (served?.count(asServer) ?? 0);
  return {
    ...face,
    connections: {
      active: all.count('active'),
      opened: all.count('opened'),
      closed: all.count('closed'),
      failed: failedConnections(all),
    },
    sent: { bytes: carried('forward', 'backward'), packets: carried('packetsForward', 'packetsBackward') },
    received: {
      bytes: carried('backward', 'forward'),
      packets: carried('packetsBackward', 'packetsForward'),
    },
    signals: {
      ...(served && { served: signalsOf(served, seconds) }),
      ...(called && { called: signalsOf(called, seconds) }),
    },
  };
}
