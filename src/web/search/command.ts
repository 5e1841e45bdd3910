import type { FilterTerm } from './tokens.ts';

export interface Question {
  readonly server: string;
  readonly filters: readonly FilterTerm[];
  /** `5m`, or a time. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** The command that lists the same flows in a shell. */
export function flowsCommand(question: Question): string {
  return command('flows', question, []);
}

/** The command that draws the same map in a shell. */
export function mapCommand(question: Question & { group: string }): string {
  return command('map', question, ['--group-by', question.group]);
}

function command(name: string, { server, filters, since, until }: Question, more: readonly string[]): string {
  const options = filters.flatMap(({ name, value, negated }) => [
    ...(negated ? ['--not'] : []),
    `--${name}`,
    ...(value === '' ? [] : [value]),
  ]);
  const window = [
    ...(since === undefined ? [] : ['--since', since]),
    ...(until === undefined ? [] : ['--until', until]),
  ];
  return ['sysprobe', name, '--server', server, ...more, ...options, ...window].map(shellWord).join(' ');
}

function shellWord(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
