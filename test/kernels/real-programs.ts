import { pace } from '../live/pace.ts';
import { compareIperf, compareRequests, type Truth } from '../truth/compare.ts';
import type { CaseGroup } from './group.ts';
import type { CaseReport } from './report.ts';

/** As much as an emulated machine moves in about the same time. */
const iperfSize = () => `${Math.ceil(40 / pace())}M`;

/** Programs that were not written for this, and count themselves. */
export const realPrograms: CaseGroup = {
  name: 'Programs',
  flags: [],
  async *run({ probe }) {
    for (const way of ['upload', 'download'] as const) {
      yield reportOf(`iperf3, ${way}`, await compareIperf(probe, way, iperfSize()));
    }
    yield reportOf('wrk and nginx', await compareRequests(probe, 2));
  },
};

function reportOf(name: string, truth: Truth): CaseReport {
  return { name, flows: [], ...truth };
}
