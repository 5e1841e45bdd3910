import { SysprobeError } from '../../lib/errors.ts';
import type { BpfObject, Native, NativeError } from '../native.ts';
import { loadObject, refused } from './bpf-object.ts';

export interface DnsHooksOptions {
  native: Native;
  enabled: boolean;
  /** Ports that servers are asked at, at most MAX_DNS_PORTS. */
  ports: readonly number[];
  /** The root of the cgroup2 hierarchy; undefined where none is mounted. */
  cgroup: string | undefined;
  /** No cgroup2 tells containers apart: the cgroup is the one of the asking process in the memory hierarchy of v1. */
  cgroupV1: boolean;
  /** A power of two, at least a page. */
  ringBytes: number;
  /** Keep the kernel's run statistics of the programs on. */
  runStats: boolean;
  /** Data is waiting past the wake-up limit: call drain() soon. */
  onBacklog(): void;
}

export interface OpenDns {
  /** Undefined when DNS is not observed. */
  object: BpfObject | undefined;
  /** Why not, or what is missing of it. */
  reason: string | undefined;
}

/** Knobs port_0 to port_7 of bpf/dns_asker.h. */
export const MAX_DNS_PORTS = 8;

/** Without these the messages are seen, but less is known of them. */
const OPTIONAL = {
  dns_sendmsg4: 'questions that NAT sends to another port are not seen',
  dns_sendmsg6: 'questions that NAT sends to another port are not seen',
  dns_connect4: 'the process of questions over TCP is not known',
  dns_connect6: 'the process of questions over TCP is not known',
} as const;

/** Loads and attaches the programs. What the kernel refuses is a reason, anything else throws. */
export function openDns(options: DnsHooksOptions): OpenDns {
  if (!options.enabled) return { object: undefined, reason: 'turned off (dnsEnabled)' };
  try {
    return open(options);
  } catch (error) {
    if (!(error instanceof SysprobeError) || error.code !== 'SP_BPF_REFUSED') throw error;
    return { object: undefined, reason: error.message };
  }
}

function open({ native, cgroup, ports, ...options }: DnsHooksOptions): OpenDns {
  if (cgroup === undefined) {
    throw new SysprobeError(
      'SP_BPF_REFUSED',
      'no cgroup2 hierarchy is mounted to attach programs to; mount one: mount -t cgroup2 none /sys/fs/cgroup/unified',
    );
  }
  const object = loadObject(native, 'dns', (opened) => {
    opened.setMaxEntries('events', options.ringBytes);
    opened.setKnob('wakeup_backlog_bytes', Math.floor(options.ringBytes / 8));
    opened.setKnob('cgroup_v1', Number(options.cgroupV1));
    for (let index = 0; index < MAX_DNS_PORTS; index++) opened.setKnob(`port_${index}`, ports[index] ?? 0);
  });
  try {
    if (options.runStats) object.enableRunStats();
    object.openRing('events', options.onBacklog);
    const reasons = attachOptional(object, cgroup);
    object.attach('dns_ingress', { cgroup });
    object.attach('dns_egress', { cgroup });
    return { object, reason: reasons.join('; ') || undefined };
  } catch (cause) {
    object.close();
    throw refused('dns', cause as NativeError);
  }
}

/** Another program that was attached so that it is the only one keeps them out. */
function attachOptional(object: BpfObject, cgroup: string): string[] {
  const reasons = new Set<string>();
  for (const [program, cost] of Object.entries(OPTIONAL)) {
    try {
      object.attach(program, { cgroup });
    } catch (error) {
      reasons.add(`${(error as NativeError).message}; ${cost}`);
    }
  }
  return [...reasons];
}
