import { execFileSync } from 'node:child_process';

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'pipe' });

export interface NamespacePair {
  left: { name: string; ip: string; ip6: string };
  right: { name: string; ip: string; ip6: string };
  remove(): void;
}

/** Two network namespaces joined by a veth pair, with loopback up and an IPv4 and an IPv6 address each. */
export function makeNamespacePair(label: string): NamespacePair {
  const end = (side: string, host: number) => ({
    name: `sp-${label}-${side}-${process.pid}`,
    device: `sp${side}${process.pid % 100_000}${label.slice(0, 2)}`,
    ip: `10.219.${process.pid % 200}.${host}`,
    ip6: `fd00:5b:${(process.pid % 0xffff).toString(16)}::${host}`,
  });
  const left = end('l', 1);
  const right = end('r', 2);
  const remove = () => {
    for (const { name } of [left, right]) {
      try {
        ip('netns', 'delete', name);
      } catch {
        // It was not made, or is gone already.
      }
    }
  };
  try {
    for (const { name } of [left, right]) ip('netns', 'add', name);
    ip(
      'link',
      'add',
      left.device,
      'netns',
      left.name,
      'type',
      'veth',
      'peer',
      right.device,
      'netns',
      right.name,
    );
    for (const { name, device, ip: address, ip6 } of [left, right]) {
      ip('-n', name, 'address', 'add', `${address}/24`, 'dev', device);
      ip('-n', name, 'address', 'add', `${ip6}/64`, 'dev', device, 'nodad');
      ip('-n', name, 'link', 'set', device, 'up');
      ip('-n', name, 'link', 'set', 'lo', 'up');
    }
  } catch (error) {
    remove();
    throw error;
  }
  return { left, right, remove };
}
