import { DNS } from '../../lib/filter/dns.ts';
import type { DnsRecord } from '../../wire/dns.ts';
import { DNS_LAYOUT } from '../format/dns-columns.ts';
import type { RecordsCommand } from './records.ts';

export const DNS_COMMAND: RecordsCommand<DnsRecord> = {
  kind: 'dns',
  summary: 'names that were looked up, and what came of it',
  description: 'Shows DNS transactions: who asked which server for what, the answer and how long it took.',
  windows: { since: 'asked', until: 'asked' },
  set: DNS,
  layout: DNS_LAYOUT,
  usual: { params: [['last', '20']], doc: '20' },
  forms: { list: 'compact', follow: 'compact' },
  examples: `  sysprobe dns -f                                 each lookup as it ends
  sysprobe dns --outcome timeout --since 5m       what nobody answered in the last five minutes
  sysprobe dns --rcode NXDOMAIN --domain .local   names below .local that do not exist
  sysprobe dns --slow 50ms --server-ip 10.96.0.10 what took one server longer than 50 ms
  sysprobe dns --all -o json | jq -r .question.name | sort | uniq -c | sort -rn | head`,
};
