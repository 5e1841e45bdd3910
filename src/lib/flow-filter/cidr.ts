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
  return (ip) => sharePrefix(groupsOf(ip), network, prefix);
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
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
}

function hexGroups(text: string): number[] {
  return text
    .split(':')
    .filter((group) => group !== '')
    .map((group) => Number.parseInt(group, 16));
}
