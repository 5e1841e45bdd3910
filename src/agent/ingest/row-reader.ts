import { SysprobeError } from '../../lib/errors.ts';
import { type FieldKind, FLOW_FIELDS, type FlowRow } from '../../wire/flow.ts';

type Cell = FlowRow[number];

/** What every flow has. */
const REQUIRED: ReadonlySet<string> = new Set([
  'id',
  'protocol',
  'family',
  'source.ip',
  'source.port',
  'dest.ip',
  'dest.port',
  'state',
  'sent.bytes',
  'sent.packets',
  'received.bytes',
  'received.packets',
]);

/** A path may have 4,096 bytes; nothing else is longer. */
const MAX_TEXT = 4096;
const MAX_TIME = 2n ** 63n;

/**
 * Makes the reader of rows whose cells are in the order of `fields`, the list of a stream's hello. Its rows are in the
 * order of FLOW_FIELDS, every cell checked: unknown fields are left out, absent ones null. Maker and reader throw
 * SP_WIRE_INVALID.
 */
export function compileRowReader(fields: readonly string[]): (row: FlowRow) => FlowRow {
  const columns = FLOW_FIELDS.map(([name, kind]) => ({ name, kind, at: fields.indexOf(name) }));
  const missing = columns.find(({ name, at }) => at < 0 && REQUIRED.has(name));
  if (missing !== undefined) throw invalid(`the stream does not carry ${missing.name} of flows`);
  return (row) =>
    columns.map(({ name, kind, at }) => {
      const cell = row[at] ?? null;
      if (cell === null && REQUIRED.has(name)) throw invalid(`${name} of a flow is missing`);
      if (cell !== null && !isOfKind(cell, kind)) throw invalid(`${name} of a flow is not ${EXPECTED[kind]}`);
      return cell;
    });
}

const EXPECTED: Record<FieldKind, string> = {
  text: `text of at most ${MAX_TEXT} characters`,
  uint: 'a whole number below 2^53',
  time: 'a time in nanoseconds',
  bool: 'true or false',
};

function isOfKind(cell: NonNullable<Cell>, kind: FieldKind): boolean {
  switch (kind) {
    case 'text':
      return typeof cell === 'string' && cell.length <= MAX_TEXT;
    case 'uint':
      return Number.isSafeInteger(typeof cell === 'bigint' ? Number(cell) : cell) && Number(cell) >= 0;
    case 'time':
      if (typeof cell === 'bigint') return cell >= 0n && cell < MAX_TIME;
      return Number.isSafeInteger(cell) && Number(cell) >= 0;
    case 'bool':
      return typeof cell === 'boolean';
  }
}

function invalid(message: string): SysprobeError {
  return new SysprobeError('SP_WIRE_INVALID', message);
}
