import { AddressFamily } from '../events.gen.ts';

/** Text of the address at `at`: dotted for IPv4, RFC 5952 for IPv6. */
export function formatAddress(view: DataView, at: number, family: number): string {
  if (family === AddressFamily.IPV4) {
    return `${view.getUint8(at)}.${view.getUint8(at + 1)}.${view.getUint8(at + 2)}.${view.getUint8(at + 3)}`;
  }
  const groups: number[] = [];
  for (let group = 0; group < 8; group++) groups.push(view.getUint16(at + group * 2));
  const { start, length } = longestZeroRun(groups);
  const hex = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return length < 2 ? hex(0, 8) : `${hex(0, start)}::${hex(start + length, 8)}`;
}

function longestZeroRun(groups: number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  groups.forEach((group, index) => {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  });
  return best;
}

/** Whether the address never leaves its network namespace. */
export function isLoopback(view: DataView, at: number, family: number): boolean {
  if (family === AddressFamily.IPV4) return view.getUint8(at) === 127;
  for (let word = 0; word < 12; word += 4) if (view.getUint32(at + word) !== 0) return false;
  return view.getUint32(at + 12) === 1;
}
