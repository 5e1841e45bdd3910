import { AddressFamily } from '../events.gen.ts';
import { formatAddress } from '../flows/address.ts';
import { quotedString } from './quoted-string.ts';

export interface ParameterRange {
  at: number;
  end: number;
  /** Parameters are left out once there are as many characters. */
  maxText: number;
}

interface Value {
  view: DataView;
  at: number;
  end: number;
}

const keyNames = ['mandatory', 'alpn', 'no-default-alpn', 'port', 'ipv4hint', 'ech', 'ipv6hint', 'dohpath'];

/** The service parameters of SVCB and HTTPS records (RFC 9460 §2.2), each as text; undefined: they are malformed. */
export function serviceParameters(view: DataView, range: ParameterRange): string[] | undefined {
  const parameters: string[] = [];
  let length = 0;
  for (let at = range.at; at < range.end && length <= range.maxText; ) {
    if (range.end - at < 4) return undefined;
    const key = view.getUint16(at);
    const end = at + 4 + view.getUint16(at + 2);
    if (end > range.end) return undefined;
    const text = parameter(key, { view, at: at + 4, end });
    if (text === undefined) return undefined;
    parameters.push(text);
    length += text.length + 1;
    at = end;
  }
  return parameters;
}

function parameter(key: number, value: Value): string | undefined {
  const name = keyNames[key] ?? `key${key}`;
  const text = parameterValue(name, value);
  return text === '' ? name : text && `${name}=${text}`;
}

function parameterValue(name: string, value: Value): string | undefined {
  const { view, at, end } = value;
  switch (name) {
    case 'mandatory':
      return list(value, 2, (from) => keyNames[view.getUint16(from)] ?? `key${view.getUint16(from)}`);
    case 'alpn':
      return protocols(value);
    case 'no-default-alpn':
      return at === end ? '' : undefined;
    case 'port':
      return end - at === 2 ? `${view.getUint16(at)}` : undefined;
    case 'ipv4hint':
      return list(value, 4, (from) => formatAddress(view, from, AddressFamily.IPV4));
    case 'ipv6hint':
      return list(value, 16, (from) => formatAddress(view, from, AddressFamily.IPV6));
    case 'ech':
      return Buffer.from(view.buffer, view.byteOffset + at, end - at).toString('base64');
    default:
      return at === end ? '' : quotedString(bytesOf(value));
  }
}

/** Values of one size, at least one. */
function list({ at, end }: Value, size: number, format: (at: number) => string): string | undefined {
  if (at === end || (end - at) % size !== 0) return undefined;
  const texts: string[] = [];
  for (let from = at; from < end; from += size) texts.push(format(from));
  return texts.join(',');
}

function protocols({ view, at, end }: Value): string | undefined {
  if (at === end) return undefined;
  const texts: string[] = [];
  for (let from = at; from < end; ) {
    const next = from + 1 + view.getUint8(from);
    if (next > end) return undefined;
    const text = quotedString(bytesOf({ view, at: from + 1, end: next })).slice(1, -1);
    texts.push(text.replaceAll(',', '\\\\,'));
    from = next;
  }
  return `"${texts.join(',')}"`;
}

function bytesOf({ view, at, end }: Value): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, end - at);
}
