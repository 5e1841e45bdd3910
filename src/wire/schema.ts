import type { FieldKind } from './fields.ts';
import { CODECS, RECORD_KINDS, type RecordKind } from './kinds.ts';

const TYPES: Record<FieldKind, string> = {
  text: 'text',
  uint: 'uint',
  int: 'int',
  time: 'unix-ns',
  bool: 'bool',
  texts: '[* text]',
  answers: '[* answer]',
};

const ROWS: Record<RecordKind, { rule: string; is: string }> = {
  flow: { rule: 'flow', is: 'One side of a TCP connection or UDP conversation.' },
  dns: { rule: 'transaction', is: 'A question and what came of it, at the side that asked.' },
  process: { rule: 'process', is: 'One life of one pid.' },
  container: { rule: 'container', is: 'One life of one container.' },
};

/** Cells of which more can be said than their kind, by field, or by kind of record and field. */
const NARROWER: Readonly<Record<string, string>> = {
  'source.port': 'port',
  'dest.port': 'port',
  'server.port': 'port',
  'translated.source.port': 'port',
  'translated.dest.port': 'port',
  transport: '"udp" / "tcp"',
  outcome: '"answered" / "timeout"',
  'flow protocol': '"tcp" / "udp"',
  'flow family': '"ipv4" / "ipv6"',
  'flow direction': '"outgoing" / "incoming" / "local"',
  'flow role': '"client" / "server"',
  'flow state': 'state',
  'flow failure': 'failure',
  'process state': '"running" / "exited"',
  'container state': '"created" / "running" / "exited"',
  'container kind': '"container" / "sandbox"',
};

/** The rows in CDDL, in the order of this version. */
export function cddlRows(): string {
  return RECORD_KINDS.map((kind) => {
    const { rule, is } = ROWS[kind];
    const cells = CODECS[kind].fields.map(([name, type]) => {
      const narrower = NARROWER[`${kind} ${name}`] ?? NARROWER[name] ?? TYPES[type];
      return `  ${name}: ${narrower}${CODECS[kind].required.includes(name) ? '' : ' / null'},\n`;
    });
    return `; ${is}\n${rule} = [\n${cells.join('')}]\n`;
  }).join('\n');
}
