import { FLOWS } from '../../lib/filter/flows.ts';
import type { FlowRecord } from '../../wire/flow.ts';
import { FLOW_LAYOUT } from '../format/flow-columns.ts';
import type { RecordsCommand } from './records.ts';

export const FLOWS_COMMAND: RecordsCommand<FlowRecord> = {
  kind: 'flow',
  summary: 'connections and conversations',
  description: 'Shows TCP connections and UDP conversations: those that are open and those that have closed.',
  windows: { since: 'seen', until: 'opened' },
  set: FLOWS,
  layout: FLOW_LAYOUT,
  usual: { params: [['last', '20']], doc: '20' },
  forms: { list: 'compact', follow: 'compact' },
  examples: `  sysprobe flows                                  the 20 newest
  sysprobe flows -f --state closed                each connection as it closes
  sysprobe flows --failure --since 5m             what failed in the last five minutes
  sysprobe flows --to-port 443 --not --comm curl  to HTTPS servers, but not by curl
  sysprobe flows --all -o json | jq .sent.bytes   every record, one a line`,
};
