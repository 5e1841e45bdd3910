import { AddressFamily, ConnRole, type FlowRecord, IpProtocol } from '../../src/probe/events.gen.ts';
import { flowRecord } from '../../src/probe/flows/record.fixture.ts';
import type { Translation } from '../../src/probe/nat/translation.ts';
import type { Translator } from '../../src/probe/nat/translator.ts';
import type { Ends } from './peer.ts';

export interface Side {
  ends: Ends;
  /** Inode of the socket's namespace. */
  netns: number;
  protocol?: 'tcp' | 'udp';
  role?: 'client' | 'server';
}

const UDP = 17;
let opened = 0;

/** The record of a connection that was opened just now. */
export function recordOf({ ends: { source, dest }, netns, protocol, role }: Side): FlowRecord {
  opened++;
  return flowRecord({
    sock: 0xffff_8881_0000 + opened * 64,
    openedNs: opened * 1_000_003,
    netns,
    role: role === 'server' ? ConnRole.SERVER : ConnRole.CLIENT,
    protocol: protocol === 'udp' ? UDP : IpProtocol.TCP,
    family: source.ip.includes(':') ? AddressFamily.IPV6 : AddressFamily.IPV4,
    source: parseIp(source.ip),
    sourcePort: source.port,
    dest: parseIp(dest.ip),
    destPort: dest.port,
  });
}

export function translate(translator: Translator, side: Side): Translation | undefined {
  const record = recordOf(side);
  translator.enqueue(record);
  translator.resolve();
  return translator.translation(record);
}

function parseIp(text: string): number[] {
  if (!text.includes(':')) return text.split('.').map(Number);
  const [head = '', tail = ''] = text.split('::');
  const groups = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const zeros = text.includes('::') ? 8 - groups(head).length - groups(tail).length : 0;
  return [...groups(head), ...Array<number>(zeros).fill(0), ...groups(tail)].flatMap((group) => [
    group >> 8,
    group & 0xff,
  ]);
}
