import { execFileSync } from 'node:child_process';
import { type DnsServer, startDnsmasq } from './dns-servers.ts';

/** Where the stub of a container engine listens, behind NAT in the namespace of the container itself. */
export const STUB = { ip: '127.0.0.11', ip6: '::1' };
const PORT = 42_653;

/** A server that its namespace asks at port 53 of STUB, and that listens at another port there. */
export function startStub(netns: string, web: { ip: string; ip6: string }): Promise<DnsServer> {
  const rules = ['udp', 'tcp'].flatMap((protocol) => [
    `add rule inet stub output ip daddr ${STUB.ip} ${protocol} dport 53 dnat ip to ${STUB.ip}:${PORT}`,
    `add rule inet stub output ip6 daddr ${STUB.ip6} ${protocol} dport 53 dnat ip6 to [${STUB.ip6}]:${PORT}`,
  ]);
  const chain = 'add chain inet stub output { type nat hook output priority -100; }';
  const input = ['add table inet stub', chain, ...rules].join('\n');
  execFileSync('ip', ['netns', 'exec', netns, 'nft', '-f', '-'], { input });
  return startDnsmasq({ netns, listen: [STUB.ip, STUB.ip6], port: PORT, web });
}
