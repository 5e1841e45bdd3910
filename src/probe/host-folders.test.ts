import { expect, it } from 'vitest';
import { findHostFolders } from './host-folders.ts';

const unset = { procRoot: undefined, cgroupRoot: undefined };

it('takes what is mounted below /host', () => {
  expect(findHostFolders(unset, () => true)).toEqual({
    procRoot: '/host/proc',
    cgroupRoot: '/host/sys/fs/cgroup',
  });
});

it('takes the own file systems where nothing is mounted there', () => {
  expect(findHostFolders(unset, () => false)).toEqual({ procRoot: '/proc', cgroupRoot: undefined });
});

it('takes what is configured, whatever is mounted', () => {
  const configured = { procRoot: '/p', cgroupRoot: '/c' };
  expect(findHostFolders(configured, () => true)).toEqual(configured);
});
