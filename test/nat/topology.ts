import { execFileSync } from 'node:child_process';

/** The kernel's two ways to the same NAT, and both implementations of the older one. */
export type Rules = 'nft' | 'iptables-nft' | 'iptables-legacy';

export interface Namespace {
  name: string;
  /** A file to enter it by. */
  path: string;
}

/**
 * A node with two pods and a host outside, each in a network namespace of its own; only the node's has NAT.
 *
 *   client 10.78.1.2, fd78:1::2 ┐
 *   server 10.78.2.2, fd78:2::2 ┤ node: 10.78.x.1, fd78:x::1 ── outside 10.78.3.2, fd78:3::2
 */
export interface Topology {
  client: Namespace;
  server: Namespace;
  node: Namespace;
  outside: Namespace;
  remove(): void;
}

/** Services of the node and what is behind them. */
export const SERVICE = {
  ipv4: '10.96.0.10',
  ipv6: 'fd96::a',
  port: 80,
  backend: 8080,
  udpPort: 53,
  udpBackend: 5353,
};
/** A service whose backend does not listen, and one whose backend does not answer. */
export const REFUSING = { ip: '10.96.0.11', port: 80, backend: 8089 };
export const SILENT = { ip: '10.96.0.12', port: 80, backend: '10.78.2.99' };
/** Of the node's addresses, to the same backend, masqueraded. */
export const NODE_PORT = 30_080;
export const IP = {
  client: { ipv4: '10.78.1.2', ipv6: 'fd78:1::2' },
  server: { ipv4: '10.78.2.2', ipv6: 'fd78:2::2' },
  outside: { ipv4: '10.78.3.2', ipv6: 'fd78:3::2' },
};
/** The node's address on the side of each. */
export const NODE_IP = {
  client: { ipv4: '10.78.1.1', ipv6: 'fd78:1::1' },
  server: { ipv4: '10.78.2.1', ipv6: 'fd78:2::1' },
  outside: { ipv4: '10.78.3.1', ipv6: 'fd78:3::1' },
};

export function makeTopology(rules: Rules = 'nft'): Topology {
  const namespace = (part: string): Namespace => {
    const name = `sp-nat-${part}-${process.pid}`;
    return { name, path: `/run/netns/${name}` };
  };
  const node = namespace('node');
  const ends = { client: namespace('client'), server: namespace('server'), outside: namespace('outside') };
  const remove = () => {
    for (const { name } of [node, ...Object.values(ends)]) {
      try {
        ip('netns', 'delete', name);
      } catch {
        // It was not made, or is gone already.
      }
    }
  };
  try {
    ip('netns', 'add', node.name);
    for (const part of ['client', 'server', 'outside'] as const) joinToNode(ends[part].name, node.name, part);
    // The node's own connections to a service need a route for their first packet; NAT gives it another.
    inside(
      node,
      'ip',
      ['-batch', '-'],
      'link set lo up\nroute add 10.96.0.0/16 dev to-server\nroute add fd96::/64 dev to-server\n',
    );
    const forwarding = ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'];
    inside(node, 'sysctl', ['-qw', ...forwarding, 'net.ipv4.conf.all.route_localnet=1']);
    setRules(node, rules);
  } catch (error) {
    remove();
    throw error;
  }
  return { node, ...ends, remove };
}

function joinToNode(name: string, node: string, part: keyof typeof IP): void {
  const device = `to-${part}`;
  ip('netns', 'add', name);
  ip('link', 'add', 'eth0', 'netns', name, 'type', 'veth', 'peer', 'name', device, 'netns', node);
  const addresses = (own: { ipv4: string; ipv6: string }, dev: string) =>
    `address add ${own.ipv4}/24 dev ${dev}\naddress add ${own.ipv6}/64 dev ${dev} nodad\nlink set ${dev} up\n`;
  inside({ name: node }, 'ip', ['-batch', '-'], addresses(NODE_IP[part], device));
  const { ipv4, ipv6 } = NODE_IP[part];
  const routes = `link set lo up\nroute add default via ${ipv4}\nroute add default via ${ipv6}\n`;
  inside({ name }, 'ip', ['-batch', '-'], addresses(IP[part], 'eth0') + routes);
}

function setRules(node: Namespace, rules: Rules): void {
  if (rules === 'nft') {
    inside(node, 'nft', ['-f', '-'], nft('ip') + nft('ip6'));
    return;
  }
  const [, variant] = rules.split('-');
  inside(node, `iptables-${variant}-restore`, [], iptables('ipv4'));
  inside(node, `ip6tables-${variant}-restore`, [], iptables('ipv6'));
}

/** As kube-proxy does it: services by DNAT, what must come back to the node by masquerade. */
function nft(family: 'ip' | 'ip6'): string {
  const version = family === 'ip' ? 'ipv4' : 'ipv6';
  const server = IP.server[version];
  const backend = (port: number) => (family === 'ip' ? `${server}:${port}` : `[${server}]:${port}`);
  const service = `${family} daddr ${SERVICE[version]}`;
  const broken =
    family === 'ip'
      ? `ip daddr ${REFUSING.ip} tcp dport ${REFUSING.port} dnat to ${server}:${REFUSING.backend}
         ip daddr ${SILENT.ip} tcp dport ${SILENT.port} dnat to ${SILENT.backend}`
      : '';
  return `table ${family} nat {
    chain services {
      ${service} tcp dport ${SERVICE.port} dnat to ${backend(SERVICE.backend)}
      ${service} udp dport ${SERVICE.udpPort} dnat to ${backend(SERVICE.udpBackend)}
      fib daddr type local tcp dport ${NODE_PORT} meta mark set 1 dnat to ${backend(SERVICE.backend)}
      ${broken}
    }
    chain prerouting {
      type nat hook prerouting priority dstnat
      jump services
    }
    chain output {
      type nat hook output priority -100
      jump services
    }
    chain postrouting {
      type nat hook postrouting priority srcnat
      meta mark 1 masquerade
      ${family} saddr ${server} ${family} daddr ${server} masquerade
      ${family} saddr ${IP.client[version]} oifname "to-outside" masquerade
    }
  }
  `;
}

function iptables(version: 'ipv4' | 'ipv6'): string {
  const server = IP.server[version];
  const backend = (port: number) => (version === 'ipv4' ? `${server}:${port}` : `[${server}]:${port}`);
  const dnat = (daddr: string, port: string, to: string) =>
    `-A SERVICES -d ${daddr} ${port} -j DNAT --to-destination ${to}`;
  const service = SERVICE[version];
  const nodePort = `-A SERVICES -p tcp --dport ${NODE_PORT} -m addrtype --dst-type LOCAL`;
  return [
    '*nat',
    ':SERVICES - [0:0]',
    '-A PREROUTING -j SERVICES',
    '-A OUTPUT -j SERVICES',
    dnat(service, `-p tcp --dport ${SERVICE.port}`, backend(SERVICE.backend)),
    dnat(service, `-p udp --dport ${SERVICE.udpPort}`, backend(SERVICE.udpBackend)),
    `${nodePort} -j MARK --set-mark 1`,
    `${nodePort} -j DNAT --to-destination ${backend(SERVICE.backend)}`,
    '-A POSTROUTING -m mark --mark 1 -j MASQUERADE',
    `-A POSTROUTING -s ${server} -d ${server} -j MASQUERADE`,
    `-A POSTROUTING -s ${IP.client[version]} -o to-outside -j MASQUERADE`,
    'COMMIT\n',
  ].join('\n');
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' });
}

function inside({ name }: { name: string }, command: string, args: string[], input = ''): void {
  execFileSync('ip', ['netns', 'exec', name, command, ...args], { input, stdio: 'pipe' });
}
