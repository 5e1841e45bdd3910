import { parseCidr } from '../filter/cidr.ts';
import type { Kind } from './kinds.ts';

/** Addresses that have a name together. */
export interface NamedNetwork {
  name: string;
  cidrs: readonly string[];
}

const MAX_NETWORKS = 64;
const MAX_CIDRS = 64;

/** `office=10.1.0.0/16 cdn=203.0.113.0/24,2001:db8::/32` */
export const namedNetworks: Kind<readonly NamedNetwork[]> = {
  allowed: `at most ${MAX_NETWORKS} names with 1 to ${MAX_CIDRS} networks each, separated by spaces, such as "office=10.1.0.0/16 cdn=203.0.113.0/24,2001:db8::/32"`,
  parse: (text) => {
    const networks = text
      .split(/\s+/)
      .filter((word) => word !== '')
      .map(parseNetwork);
    const known = networks.filter((network) => network !== undefined);
    return known.length === networks.length && known.length <= MAX_NETWORKS ? known : undefined;
  },
  format: () => 'none',
};

/** The name of the first network that an address is in; undefined where none has a name. */
export function networkNames(
  networks: readonly NamedNetwork[],
): ((ip: string) => string | undefined) | undefined {
  if (networks.length === 0) return undefined;
  const tests = networks.flatMap(({ name, cidrs }) =>
    cidrs.flatMap((cidr) => {
      const contains = parseCidr(cidr);
      return contains === undefined ? [] : [{ name, contains }];
    }),
  );
  return (ip) => tests.find(({ contains }) => contains(ip))?.name;
}

function parseNetwork(word: string): NamedNetwork | undefined {
  const [, name, list] = /^([\w.-]{1,63})=(.+)$/.exec(word) ?? [];
  if (name === undefined || list === undefined) return undefined;
  const cidrs = list.split(',');
  const areKnown = cidrs.every((cidr) => parseCidr(cidr) !== undefined);
  return areKnown && cidrs.length <= MAX_CIDRS ? { name, cidrs } : undefined;
}
