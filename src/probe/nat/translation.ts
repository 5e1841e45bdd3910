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
  const { family } = connection;
  const { sourceAt, sourcePort, destAt, destPort } = oppositeOf(record, view, connection);
  const endpoint = (at: number, port: number) => ({ ip: formatAddress(view, at, family), port });
  const end = endsOf(record, view);
  const translation: Translation = {};
  if (!end.isSource(destAt, destPort)) translation.source = endpoint(destAt, destPort);
  if (!end.isDest(sourceAt, sourcePort)) translation.dest = endpoint(sourceAt, sourcePort);
  return translation.source || translation.dest ? translation : undefined;
}

/** Makes `out` a record with the ends that the other side of the connection sees; arguments as of translationOf(). */
export function writeOtherSide(
  out: FlowRecord,
  record: FlowRecord,
  view: DataView,
  connection: Connection,
): void {
  const { sourceAt, sourcePort, destAt, destPort } = oppositeOf(record, view, connection);
  const { at } = FlowRecord;
  out.view.setUint8(out.offset + at.protocol, record.protocol);
  out.view.setUint8(out.offset + at.family, connection.family);
  out.view.setUint16(out.offset + at.sourcePort, sourcePort, true);
  out.view.setUint16(out.offset + at.destPort, destPort, true);
  const size = addressSize(connection.family);
  for (let word = 0; word < 16; word += 4) {
    const isUsed = word < size;
    out.view.setUint32(out.offset + at.source + word, isUsed ? view.getUint32(sourceAt + word) : 0);
    out.view.setUint32(out.offset + at.dest + word, isUsed ? view.getUint32(destAt + word) : 0);
  }
}

/** What the other side sends, or would if it did. */
function oppositeOf(record: FlowRecord, view: DataView, { family, original, reply }: Connection): Tuple {
  const end = endsOf(record, view);
  const sends = (tuple: Tuple) =>
    end.isSource(tuple.sourceAt, tuple.sourcePort) && end.isDest(tuple.destAt, tuple.destPort);
  if (family === record.family && sends(original)) return reply;
  if (family === record.family && sends(reply)) return original;
  throw new Error('the kernel answered with another connection than it was asked for');
}

/** Compares the ends of a record with those in an answer. */
function endsOf(record: FlowRecord, view: DataView) {
  const size = addressSize(record.family);
  const isSame = (own: number, at: number) => {
    for (let word = 0; word < size; word += 4) {
      if (record.view.getUint32(record.offset + own + word) !== view.getUint32(at + word)) return false;
    }
    return true;
  };
  const { source, dest } = FlowRecord.at;
  return {
    isSource: (at: number, port: number) => port === record.sourcePort && isSame(source, at),
    isDest: (at: number, port: number) => port === record.destPort && isSame(dest, at),
  };
}

function addressSize(family: number): number {
  return family === AddressFamily.IPV4 ? 4 : 16;
}
