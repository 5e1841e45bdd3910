import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { misuse, nativeError, refusal } from './failure.ts';
import type { Libraries } from './libraries.ts';
import { type BpfMap, quoted } from './map-io.ts';

const TYPE_ARRAY_OF_MAPS = 12;
const F_DUPFD_CLOEXEC = 1030;

/** With descriptors of its own, so that the object may be closed meanwhile. */
export function selectMap(libraries: Libraries, outer: BpfMap, inner: BpfMap): Promise<void> {
  if (outer.type !== TYPE_ARRAY_OF_MAPS) {
    throw misuse(constants.errno.EINVAL, `${quoted(outer)} is not an array of maps`);
  }
  const own = duplicate(libraries, [outer, inner]);
  return update(libraries, own).then((error) => {
    for (const fd of own) closeSync(fd);
    if (error === 0) return;
    const failure = refusal(-error, `${quoted(inner)} in '${outer.name}'`);
    throw nativeError(libraries, { operation: 'select', failure, log: '' });
  });
}

function update({ memory, updateInPool }: Libraries, [outer = -1, inner = -1]: number[]): Promise<number> {
  const slot = memory.allocate(4);
  const value = memory.allocate(4);
  value.view.setInt32(0, inner, true);
  return updateInPool(outer, slot, value, 0);
}

function duplicate({ c, errno }: Libraries, maps: BpfMap[]): number[] {
  const made: number[] = [];
  for (const map of maps) {
    const fd = c.fcntl(map.fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) {
      const failure = refusal(errno(), quoted(map));
      for (const open of made) closeSync(open);
      throw failure;
    }
    made.push(fd);
  }
  return made;
}
