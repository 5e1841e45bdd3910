import { Columns } from './columns.ts';
import { commandLine, cut, PROCESS_LAYOUT, type ShownProcess, usageColumns } from './process-columns.ts';
import type { RecordFormat } from './records.ts';

interface Branch {
  record: ShownProcess;
  /** What is drawn before it: `│  ├─ `. */
  prefix: string;
}

/** The processes below their parents, each with what it uses; one whose parent is not among them begins a tree. */
export function processTree(
  processes: readonly ShownProcess[],
  { style, headers, paint }: Omit<RecordFormat, 'form'>,
): string {
  const branches = grow(processes);
  if (branches.length === 0) return '';
  const columns = new Columns<Branch>({
    columns: [
      ...usageColumns(style),
      { header: 'COMMAND', cell: ({ record, prefix }) => prefix + cut(commandLine(record)) },
    ],
    separator: '  ',
    paint,
    lineStyle: ({ record }) => (PROCESS_LAYOUT.isBad(record) ? 'red' : undefined),
  });
  return columns.render(branches, headers);
}

/** In the order of the lines. */
function grow(processes: readonly ShownProcess[]): Branch[] {
  const sorted = [...processes].sort((a, b) => a.pid - b.pid);
  const children = new Map<ShownProcess | undefined, ShownProcess[]>();
  const parents = parentsOf(sorted);
  for (const process of sorted) {
    const parent = parents.get(process);
    const siblings = children.get(parent);
    if (siblings) siblings.push(process);
    else children.set(parent, [process]);
  }
  const branches: Branch[] = [];
  // A stack of its own: nobody but the kernel bounds how deep processes are nested.
  const rest = (children.get(undefined) ?? []).map((record) => ({ record, prefix: '', inner: '' })).reverse();
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const { record, prefix, inner } = next;
    branches.push({ record, prefix });
    const below = children.get(record) ?? [];
    for (const [i, child] of [...below.entries()].reverse()) {
      const isLast = i === below.length - 1;
      rest.push({
        record: child,
        prefix: `${inner}${isLast ? '└─ ' : '├─ '}`,
        inner: `${inner}${isLast ? '   ' : '│  '}`,
      });
    }
  }
  return branches;
}

/** A parent has begun before its child, so there are no circles, also where a pid was used again. */
function parentsOf(processes: readonly ShownProcess[]): Map<ShownProcess, ShownProcess> {
  const byPid = new Map<number, ShownProcess[]>();
  for (const process of processes) byPid.set(process.pid, [...(byPid.get(process.pid) ?? []), process]);
  const parents = new Map<ShownProcess, ShownProcess>();
  for (const child of processes) {
    const candidates = byPid.get(child.parentPid ?? -1) ?? [];
    const older = candidates.filter((parent) => isBefore(parent, child));
    const parent = older.sort((a, b) => compareTimes(b.startedAt, a.startedAt))[0];
    if (parent !== undefined) parents.set(child, parent);
  }
  return parents;
}

/** Of processes that began at the same moment, as at boot, the lower pid counts as the older one. */
function isBefore(a: ShownProcess, b: ShownProcess): boolean {
  const order = compareTimes(a.startedAt, b.startedAt);
  return order < 0 || (order === 0 && a.pid < b.pid);
}

/** Times of the contract are all of one length. */
function compareTimes(a = '', b = ''): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
