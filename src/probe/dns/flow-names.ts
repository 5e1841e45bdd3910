import { FlowRecord } from '../events.gen.ts';
import { formatAddress } from '../flows/address.ts';
import type { FlowNames } from '../flows/slot-names.ts';
import type { AddressNames, NameLease } from './names.ts';

/** What a flow's destination was looked up as, in its own network namespace, by the time it was opened. */
export function flowNames(names: AddressNames): FlowNames<NameLease> {
  return {
    acquire(record) {
      if (names.size === 0) return undefined;
      const { view, offset, family, netns, openedNs, atNs } = record;
      const ip = formatAddress(view, offset + FlowRecord.at.dest, family);
      return names.acquire(netns, ip, openedNs || atNs);
    },
    release: (lease) => names.release(lease),
  };
}
