import type { DnsRecord } from '../../wire/dns.ts';
import { address, containerId, home, micros, podName, processName, text } from './cells.ts';
import type { Column } from './columns.ts';
import type { Entry, RecordLayout, RecordStyle } from './records.ts';
import { printable } from './terminal.ts';
import { formatTime } from './time.ts';

/** The agent adds what Kubernetes calls the asking side. */
interface Shown extends DnsRecord {
  kubernetes?: { namespace?: string; pod?: string };
}

type DnsColumn = Column<Entry<Shown>>;

export const DNS_LAYOUT: RecordLayout<Shown> = {
  compact: compactColumns,
  table: tableColumns,
  isBad: ({ outcome, rcode = 'NOERROR' }) => outcome === 'timeout' || rcode !== 'NOERROR',
};

/** `12:03:11.204 curl[4121] example.com A -> 10.96.0.10:53 NOERROR 3.1ms 93.184.216.34 container ab12cd34ef56` */
function compactColumns(style: RecordStyle): DnsColumn[] {
  return [
    { header: '', style: 'dim', cell: ({ record: dns }) => formatTime(dns.askedAt, style) },
    { header: '', cell: ({ record: dns }) => processName(dns.process) },
    { header: '', cell: ({ record: dns }) => printable(dns.question.name) },
    { header: '', cell: ({ record: dns }) => printable(dns.question.type) },
    { header: '', style: 'dim', cell: () => '->' },
    { header: '', cell: ({ record: dns }) => server(dns) },
    { header: '', cell: ({ record: dns }) => result(dns) },
    { header: '', align: 'right', cell: ({ record: dns }) => micros(dns.latencyUs, style) },
    { header: '', cell: ({ record: dns }) => answers(dns) },
    { header: '', style: 'dim', cell: ({ record: dns }) => remarks(dns) },
  ];
}

function tableColumns(style: RecordStyle, wide: boolean): DnsColumn[] {
  const columns: DnsColumn[] = [
    { header: 'TIME', style: 'dim', cell: ({ record: dns }) => formatTime(dns.askedAt, style) },
    { header: 'PROCESS', cell: ({ record: dns }) => text(dns.process?.comm) },
    { header: 'PID', align: 'right', cell: ({ record: dns }) => text(dns.process?.pid) },
    { header: 'CONTAINER', cell: ({ record: dns }) => containerId(dns.container?.id, wide) },
    { header: 'NAME', cell: ({ record: dns }) => printable(dns.question.name) },
    { header: 'TYPE', cell: ({ record: dns }) => printable(dns.question.type) },
    { header: 'SERVER', cell: ({ record: dns }) => server(dns) },
    { header: 'RESULT', cell: ({ record: dns }) => result(dns) },
    { header: 'LATENCY', align: 'right', cell: ({ record: dns }) => micros(dns.latencyUs, style) },
    { header: 'RETRIES', align: 'right', cell: ({ record: dns }) => text(dns.retries) },
    { header: 'ANSWERS', cell: ({ record: dns }) => answers(dns, wide ? Number.POSITIVE_INFINITY : 1) },
  ];
  return wide ? [...columns, ...wideColumns()] : columns;
}

function wideColumns(): DnsColumn[] {
  return [
    { header: 'TRANSPORT', cell: ({ record: dns }) => text(dns.transport) },
    { header: 'SOURCE', cell: ({ record: dns }) => (dns.source ? address(dns.source) : '-') },
    { header: 'POD', cell: ({ record: dns }) => podName(dns) ?? '-' },
    { header: 'NETNS', align: 'right', cell: ({ record: dns }) => text(dns.netns) },
    { header: 'CGROUP', cell: ({ record: dns }) => text(dns.cgroup?.path) },
    { header: 'EXE', cell: ({ record: dns }) => text(dns.process?.exe) },
    { header: 'ID', cell: ({ record: dns }) => dns.id },
  ];
}

function server({ server }: DnsRecord): string {
  return server === undefined ? '-' : address(server);
}

function result({ outcome, rcode }: DnsRecord): string {
  return outcome === 'timeout' ? 'timeout' : text(rcode);
}

/** The data of the answers, aliases left out where there is more than them: `93.184.216.34 +3`. */
function answers({ answers = [], answersOmitted = 0 }: DnsRecord, most = 1): string {
  const others = answers.filter(({ type }) => type !== 'CNAME');
  const data = (others.length > 0 ? others : answers).map((answer) => printable(answer.data));
  const more = Math.max(0, data.length - most) + answersOmitted;
  const shown = data.slice(0, most).join(',');
  if (shown === '') return '-';
  return more > 0 ? `${shown} +${more}` : shown;
}

function remarks(dns: Shown): string {
  const remarks: string[] = [];
  if (dns.transport === 'tcp') remarks.push('tcp');
  if (dns.retries) remarks.push(`retries ${dns.retries}`);
  if (dns.truncated) remarks.push('truncated');
  remarks.push(...home(dns));
  return remarks.join(' ');
}
