import { isIP } from 'node:net';

/** An address as eight 16-bit groups; IPv4 is IPv4-mapped, so that ::ffff:10.0.0.1 and 10.0.0.1 are the same. */
type Groups = readonly number[];

/** Tests addresses against `10.0.0.0/8`, `fd00::/8` or a single address; undefined when `text` is none of them. */
export function parseCidr(text: string): ((ip: string) => boolean) | undefined {
  const [address = '', length, rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || rest !== undefined) return undefined;
  const bits = version === 4 ? 32 : 128;
  if (length !== undefined && !(/^\d{1,3}$/.test(length) && Number(length) <= bits)) return undefined;

  const network = groupsOf(address);
  const prefix = 128 - bits + (length === undefined ? bits : Number(length));
  const contains = (ip: string) => sharePrefix(groupsOf(ip), network, prefix);
  if (version === 6) return contains;
  // Most addresses are decided without taking them apart: a list may test every one of the table.
  const shift = 128 - prefix;
  const high = Math.floor(dottedNumber(address) / 2 ** shift);
  return (ip) => {
    if (ip.includes(':')) return ip.includes('ffff:') && contains(ip);
    return Math.floor(dottedNumber(ip) / 2 ** shift) === high;
  };
}

function sharePrefix(a: Groups, b: Groups, bits: number): boolean {
  const whole = bits >> 4;
  for (let i = 0; i < whole; i++) if (a[i] !== b[i]) return false;
  const left = bits & 15;
  return left === 0 || ((a[whole] ?? 0) ^ (b[whole] ?? 0)) >> (16 - left) === 0;
}

function groupsOf(ip: string): Groups {
  const lastColon = ip.lastIndexOf(':');
  if (lastColon < 0) return [0, 0, 0, 0, 0, 0xffff, ...dottedGroups(ip)];
  const dotted = ip.includes('.', lastColon);
  const text = dotted ? ip.slice(0, lastColon + 1) : ip;
  const [head = '', tail] = text.split('::');
  const before = hexGroups(head);
  const after = hexGroups(tail ?? '');
  if (dotted) after.push(...dottedGroups(ip.slice(lastColon + 1)));
  const zeros = 8 - before.length - after.length;
  return [...before, ...new Array<number>(Math.max(zeros, 0)).fill(0), ...after];
}

function dottedGroups(text: string): [number, number] {
  const number = dottedNumber(text);
  return [Math.floor(number / 0x10000), number % 0x10000];
}

function dottedNumber(text: string): number {
  let number = 0;
  let byte = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      number = number * 256 + byte;
      byte = 0;
    } else {
      byte = byte * 10 + code - 48;
    }
  }
  return number * 256 + byte;
}

function hexGroups(text: string): number[] {
  return text
    .split(':')
    .filter((group) => group !== '')
    .map((group) => Number.parseInt(group, 16));
}
