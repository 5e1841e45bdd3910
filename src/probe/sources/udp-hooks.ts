import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SysprobeError } from '../../lib/errors.ts';
import type { BpfObject, Native, NativeError } from '../native.ts';
import { loadObject, refused } from './bpf-object.ts';

export type UdpHooks = 'fentry' | 'cgroup';

export interface UdpHooksOptions {
  native: Native;
  /** `auto`: the first of UDP_HOOKS that the kernel takes. */
  hooks: UdpHooks | 'auto' | 'off';
  procRoot: string;
  /** The root of the cgroup2 hierarchy; undefined where none is mounted. */
  cgroup: string | undefined;
  /** No cgroup2 tells containers apart: the cgroup is the one of the sending process in the memory hierarchy of v1. */
  cgroupV1: boolean;
  /** Conversations of one reading. */
  tableSize: number;
}

export interface OpenUdp {
  /** Undefined when UDP is not counted at all. */
  object: BpfObject | undefined;
  hooks: UdpHooks | undefined;
  /** Why better ones are not in use; undefined when these are the best. */
  reason: string | undefined;
}

/** Where in the kernel they are, as status and check say it. */
export const UDP_HOOK_NAMES: Record<UdpHooks, string> = {
  fentry: 'fentry/ip_send_skb, fentry/ip6_send_skb, fentry/__udp_enqueue_schedule_skb',
  cgroup: 'cgroup_skb',
};

/** What it costs that `cgroup` is in use, and why it is. */
export const costOfCgroup = (reason: string): string =>
  `every packet of TCP meets a program too, because ${reason}`;

/** Best first: the programs of `fentry` run for UDP only, those of `cgroup` for every packet of every socket. */
export const UDP_HOOKS = ['fentry', 'cgroup'] as const satisfies UdpHooks[];

const IPV6_ONLY = ['udp_send_ipv6', 'udp_sent_ipv6'];

/** Loads and attaches the programs. What the kernel refuses is a reason, anything else throws. */
export function openUdp(options: UdpHooksOptions): OpenUdp {
  if (options.hooks === 'off') {
    return { object: undefined, hooks: undefined, reason: 'turned off (udpHooks)' };
  }
  const reasons: string[] = [];
  for (const hooks of options.hooks === 'auto' ? UDP_HOOKS : [options.hooks]) {
    try {
      const object = hooks === 'fentry' ? openFentry(options) : openCgroup(options);
      return { object, hooks, reason: reasons.at(-1) };
    } catch (error) {
      if (!(error instanceof SysprobeError) || error.code !== 'SP_BPF_REFUSED') throw error;
      reasons.push(error.message);
    }
  }
  return { object: undefined, hooks: undefined, reason: reasons.join('; ') };
}

function openFentry(options: UdpHooksOptions): BpfObject {
  const { native, procRoot } = options;
  const hasIpv6 = existsSync(join(procRoot, 'self/net/if_inet6'));
  const object = loadObject(native, 'udp_trace', (opened) => {
    setUp(opened, options);
    if (!hasIpv6) for (const program of IPV6_ONLY) opened.setAutoload(program, false);
  });
  return attachAll('udp_trace', object, () => {
    for (const { name } of object.programs()) if (hasIpv6 || !IPV6_ONLY.includes(name)) object.attach(name);
  });
}

function openCgroup(options: UdpHooksOptions): BpfObject {
  const { native, cgroup } = options;
  if (cgroup === undefined) {
    throw new SysprobeError('SP_BPF_REFUSED', 'no cgroup2 hierarchy is mounted to attach programs to');
  }
  const object = loadObject(native, 'udp_cgroup', (opened) => setUp(opened, options));
  return attachAll('udp_cgroup', object, () => {
    object.attach('udp_drop');
    object.attach('udp_free');
    object.attach('udp_ingress', { cgroup });
    object.attach('udp_egress', { cgroup });
  });
}

function setUp(object: BpfObject, { tableSize, cgroupV1 }: UdpHooksOptions): void {
  object.setMaxEntries('udp_even', tableSize);
  object.setMaxEntries('udp_odd', tableSize);
  object.setKnob('cgroup_v1', Number(cgroupV1));
}

function attachAll(name: string, object: BpfObject, attach: () => void): BpfObject {
  try {
    attach();
    return object;
  } catch (cause) {
    object.close();
    throw refused(name, cause as NativeError);
  }
}
