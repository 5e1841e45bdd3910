import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../../wire/flow.ts';
import { AddressFamily, type FlowRecord } from '../events.gen.ts';
import { formatAddress } from '../flows/address.ts';
import { flowRecord } from '../flows/record.fixture.ts';
import type { Connection } from './ct-message.ts';
import { translationOf } from './translation.ts';

interface End {
  address: number[];
  port: number;
}

interface Sent {
  source: End;
  dest: End;
}

function record(family: number, { source, dest }: Sent): FlowRecord {
  return flowRecord({
    family,
    source: source.address,
    sourcePort: source.port,
    dest: dest.address,
    destPort: dest.port,
  });
}

/** The kernel's answer about a connection with these two directions. */
function connection(family: number, original: Sent, reply: Sent): { view: DataView; answer: Connection } {
  const bytes = new Uint8Array(64);
  const tuple = ({ source, dest }: Sent, at: number) => {
    bytes.set(source.address, at);
    bytes.set(dest.address, at + 16);
    return { sourceAt: at, sourcePort: source.port, destAt: at + 16, destPort: dest.port };
  };
  const answer: Connection = {
    kind: 'connection',
    sequence: 1,
    family,
    original: tuple(original, 0),
    reply: tuple(reply, 32),
  };
  return { view: new DataView(bytes.buffer), answer };
}

const end = (last: number, port: number): End => ({ address: [10, 0, 0, last], port });
const client = end(1, 40_000);
const service = end(2, 80);
const backend = end(3, 8080);
const node = end(4, 50_000);

/** What each end's socket sees, and the translation of it. */
function ends(original: Sent, reply: Sent) {
  const { view, answer } = connection(AddressFamily.IPV4, original, reply);
  return {
    client: translationOf(record(AddressFamily.IPV4, original), view, answer),
    server: translationOf(record(AddressFamily.IPV4, reply), view, answer),
  };
}

const text = ({ address, port }: End) => ({ ip: address.join('.'), port });

describe('each end of a connection', () => {
  test('to a service: the client sees the backend, the server the service', () => {
    const seen = ends({ source: client, dest: service }, { source: backend, dest: client });
    expect(seen).toEqual({ client: { dest: text(backend) }, server: { source: text(service) } });
  });

  test('masqueraded: the client sees what it is taken for, the server the client', () => {
    const seen = ends({ source: client, dest: backend }, { source: backend, dest: node });
    expect(seen).toEqual({ client: { source: text(node) }, server: { dest: text(client) } });
  });

  test('to a node port, masqueraded: both', () => {
    const seen = ends({ source: client, dest: service }, { source: backend, dest: node });
    expect(seen).toEqual({
      client: { source: text(node), dest: text(backend) },
      server: { source: text(service), dest: text(client) },
    });
  });

  test('to itself through a service (hairpin): both, and the addresses stay apart by their ports', () => {
    const self = end(1, 8080);
    const seen = ends({ source: client, dest: service }, { source: self, dest: node });
    expect(seen).toEqual({
      client: { source: text(node), dest: text(self) },
      server: { source: text(service), dest: text(client) },
    });
  });

  test('without NAT: nothing', () => {
    const seen = ends({ source: client, dest: backend }, { source: backend, dest: client });
    expect(seen).toEqual({ client: undefined, server: undefined });
  });

  test('where only a port is another: that end', () => {
    const other = end(1, 40_001);
    const seen = ends({ source: client, dest: backend }, { source: backend, dest: other });
    expect(seen.client).toEqual({ source: text(other) });
  });
});

test('an answer about another connection is refused', () => {
  const { view, answer } = connection(
    AddressFamily.IPV4,
    { source: client, dest: service },
    { source: backend, dest: client },
  );
  const other = record(AddressFamily.IPV4, { source: client, dest: backend });
  expect(() => translationOf(other, view, answer)).toThrow('another connection');
});

test("either end's flow leads to the other's", () => {
  const anyEnd = (size: number) =>
    fc.record({ address: fc.array(fc.nat(255), { minLength: size, maxLength: size }), port: fc.nat(65_535) });
  const anyNat = fc.constantFrom(4, 16).chain((size) =>
    fc.tuple(
      ...Array(4)
        .fill(0)
        .map(() => anyEnd(size)),
    ),
  );
  fc.assert(
    fc.property(anyNat, ([a, b, c, d]) => {
      if (!a || !b || !c || !d) throw new Error('four ends');
      const family = a.address.length === 4 ? AddressFamily.IPV4 : AddressFamily.IPV6;
      const original = { source: a, dest: b };
      const reply = { source: c, dest: d };
      const { view, answer } = connection(family, original, reply);
      const isAmbiguous = JSON.stringify(original) === JSON.stringify(reply);
      for (const [mine, others] of isAmbiguous
        ? []
        : [[original, reply] as const, [reply, original] as const]) {
        const flow = record(family, mine);
        const { source, dest } = endpoints(flow);
        const translation = translationOf(flow, view, answer);
        expect({ source: translation?.dest ?? dest, dest: translation?.source ?? source }).toEqual(
          endpoints(record(family, others)),
        );
      }
    }),
  );
});

function endpoints({ view, family, sourcePort, destPort }: FlowRecord): { source: Endpoint; dest: Endpoint } {
  return {
    source: { ip: formatAddress(view, 120, family), port: sourcePort },
    dest: { ip: formatAddress(view, 136, family), port: destPort },
  };
}
