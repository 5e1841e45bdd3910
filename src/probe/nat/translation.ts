import type { Endpoint } from '../../wire/flow.ts';
import { AddressFamily, FlowRecord } from '../events.gen.ts';
import { formatAddress } from '../flows/address.ts';
import type { Connection, Tuple } from './ct-message.ts';

/**
 * The ends of a connection as its other end knows them, each only where this side knows it by another address:
 * of a client, `dest` is the backend behind the service it called and `source` what it is masqueraded as; of a
 * server, `dest` is the client itself and `source` the service that the client called. So the other end's own flow
 * has `translated.dest` (else `dest`) as its source and `translated.source` (else `source`) as its dest.
 */
export interface Translation {
  source?: Endpoint;
  dest?: Endpoint;
}

/**
 * What NAT made of the connection that `record` is one side of; undefined when nothing. `connection` is the answer
 * to a lookup of the record; `view` has its bytes. Throws when it is the answer to another.
 */
export function translationOf(
  record: FlowRecord,
  view: DataView,
  connection: Connection,
): Translation | undefined {
  const { family, original, reply } = connection;
  const size = family === AddressFamily.IPV4 ? 4 : 16;
  const sourceAt = record.offset + FlowRecord.at.source;
  const destAt = record.offset + FlowRecord.at.dest;
  const same = (at: number, port: number, other: { at: number; port: number }) =>
    port === other.port && sameBytes(record.view, at, { view, at: other.at, size });
  const isSource = (at: number, port: number) => same(sourceAt, record.sourcePort, { at, port });
  const isDest = (at: number, port: number) => same(destAt, record.destPort, { at, port });
  const sends = (tuple: Tuple) =>
    isSource(tuple.sourceAt, tuple.sourcePort) && isDest(tuple.destAt, tuple.destPort);

  const opposite = sends(original) ? reply : sends(reply) ? original : undefined;
  if (opposite === undefined || family !== record.family) {
    throw new Error('the kernel answered with another connection than it was asked for');
  }
  const { sourceAt: farAt, sourcePort: farPort, destAt: nearAt, destPort: nearPort } = opposite;
  const endpoint = (at: number, port: number) => ({ ip: formatAddress(view, at, family), port });
  const translation: Translation = {};
  if (!isSource(nearAt, nearPort)) translation.source = endpoint(nearAt, nearPort);
  if (!isDest(farAt, farPort)) translation.dest = endpoint(farAt, farPort);
  return translation.source || translation.dest ? translation : undefined;
}

interface Bytes {
  view: DataView;
  at: number;
  size: number;
}

function sameBytes(left: DataView, leftAt: number, { view, at, size }: Bytes): boolean {
  for (let i = 0; i < size; i += 4) if (left.getUint32(leftAt + i) !== view.getUint32(at + i)) return false;
  return true;
}
