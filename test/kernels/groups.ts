import { confined } from './confined.ts';
import { crowd } from './crowd.ts';
import { dns } from './dns.ts';
import type { CaseGroup } from './group.ts';
import { nat, noConntrack } from './nat.ts';
import { processes } from './processes.ts';
import { realPrograms } from './real-programs.ts';
import { shortLived } from './short-lived.ts';
import { systemd } from './systemd.ts';
import { tcp } from './tcp.ts';
import { tcpData } from './tcp-data.ts';
import { udp } from './udp.ts';

/** Everything that `npm run test:kernels` compares, in the order of docs/kernel-support.md. */
export const groups: CaseGroup[] = [
  noConntrack,
  tcp,
  crowd,
  shortLived,
  realPrograms,
  udp('fentry'),
  udp('cgroup'),
  tcpData,
  dns,
  nat,
  processes,
  confined,
  systemd,
];
