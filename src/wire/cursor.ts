/**
 * A place in the stream of one run of the probe: behind event number `seq`. Events are numbered from 1, so `seq` 0
 * is the beginning. As text `<run>.<seq>`.
 */
export interface Cursor {
  run: string;
  seq: number;
}

const CURSOR = /^([A-Za-z0-9_-]{1,64})\.(0|[1-9]\d{0,15})$/;

export function formatCursor({ run, seq }: Cursor): string {
  return `${run}.${seq}`;
}

/** Undefined when `text` is not a cursor. */
export function parseCursor(text: string): Cursor | undefined {
  const [, run, digits] = CURSOR.exec(text) ?? [];
  const seq = Number(digits);
  return run !== undefined && Number.isSafeInteger(seq) ? { run, seq } : undefined;
}
