import { AddressFamily, FlowRecord } from '../events.gen.ts';

const { sourcePort, destPort, source, dest, protocol } = FlowRecord.at;

/** Same number for both sides of a connection: ends are mixed apart, then combined without order. */
export function pairHash(record: FlowRecord): number {
  const { view, offset } = record;
  const size = record.family === AddressFamily.IPV4 ? 4 : 16;
  const sourceHash = mix(addressHash(view, offset + source, size), view.getUint16(offset + sourcePort, true));
  const destHash = mix(addressHash(view, offset + dest, size), view.getUint16(offset + destPort, true));
  return (sourceHash ^ destHash) >>> 0;
}

function addressHash(view: DataView, address: number, size: number): number {
  let hash = 0;
  for (let word = 0; word < size; word += 4) hash = mix(hash, view.getUint32(address + word, true));
  return hash;
}

function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0xc2b2ae35) + 0x9e3779b9;
  return mixed ^ (mixed >>> 15);
}

/** Whether the two records (as offsets into their views) are the two sides of one connection. */
export function arePair(left: FlowRecord, right: { view: DataView; offset: number }): boolean {
  return (
    left.view.getUint8(left.offset + protocol) === right.view.getUint8(right.offset + protocol) &&
    left.view.getUint16(left.offset + sourcePort, true) ===
      right.view.getUint16(right.offset + destPort, true) &&
    left.view.getUint16(left.offset + destPort, true) ===
      right.view.getUint16(right.offset + sourcePort, true) &&
    sameAddress(left.view, left.offset + source, right.view, right.offset + dest) &&
    sameAddress(left.view, left.offset + dest, right.view, right.offset + source)
  );
}

function sameAddress(leftView: DataView, left: number, rightView: DataView, right: number): boolean {
  for (let word = 0; word < 16; word += 4) {
    if (leftView.getUint32(left + word) !== rightView.getUint32(right + word)) return false;
  }
  return true;
}
