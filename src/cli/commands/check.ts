import { type Command, Option } from 'commander';
import type { Check, CheckReport } from '../../probe/check.ts';
import { Columns } from '../format/columns.ts';
import type { Paint, Style } from '../format/terminal.ts';
import { COLOR_CHOICES, type ColorChoice, choosePaint, type Terminal } from '../terminal.ts';

interface CheckOptions {
  output: 'text' | 'json';
  binding: 'addon' | 'ffi';
  color: ColorChoice;
}

/** Resolves with false when something that is required is missing. */
export function addCheckCommand(program: Command, terminal: Terminal, fail: () => void): void {
  program
    .command('check')
    .summary('can system-probe run on this machine')
    .description(
      'Tries everything that system-probe needs of this machine: capabilities, kernel, BTF, each program and its hook. ' +
        'Says what is missing and what that costs. Needs no running system-probe; run it as root.',
    )
    .addOption(
      new Option('-o, --output <FORM>', 'form of the output').choices(['text', 'json']).default('text'),
    )
    .addOption(
      new Option('--binding <NAME>', 'how libbpf is called, as of system-probe')
        .choices(['addon', 'ffi'])
        .env('SYSPROBE_BINDING')
        .default('addon'),
    )
    .addOption(new Option('--color <WHEN>', 'color the output').choices(COLOR_CHOICES).default('auto'))
    .addHelpText('after', '\nExits with 1 when something is missing without which nothing can be observed.')
    .action(async ({ output, binding, color }: CheckOptions) => {
      // The addon is a shared library of the kernel's tools: no other command should pay for it.
      const { checkMachine } = await import('../../probe/check.ts');
      const report = checkMachine(binding);
      await terminal.write(
        output === 'json' ? `${JSON.stringify(report)}\n` : checkText(report, choosePaint(color)),
      );
      if (!report.ok) fail();
    });
}

export function checkText({ ok, kernel, checks }: CheckReport, paint: Paint): string {
  const table = new Columns<Check>({
    columns: [
      { header: '', cell: verdict },
      { header: '', cell: ({ name }) => name },
      { header: '', cell: (check) => (isRepeated(check, checks) ? 'the same' : explanation(check)) },
    ],
    separator: '  ',
    paint,
    lineStyle: styleOf,
  });
  const conclusion = ok
    ? paint('green', `system-probe can run on this machine (Linux ${kernel}).`)
    : paint('red', `system-probe cannot run on this machine (Linux ${kernel}).`);
  return `${table.render(checks)}\n${conclusion}\n`;
}

/** Programs of one object are refused together, for one reason. */
function isRepeated(check: Check, checks: readonly Check[]): boolean {
  const before = checks[checks.indexOf(check) - 1];
  return check.status !== 'ok' && before !== undefined && explanation(before) === explanation(check);
}

function verdict({ status, required }: Check): string {
  if (status === 'ok') return 'ok';
  return required ? 'MISSING' : 'limited';
}

function styleOf(check: Check): Style | undefined {
  if (check.status === 'ok') return undefined;
  return check.required ? 'red' : 'yellow';
}

function explanation({ detail, cost, hint }: Check): string {
  return [detail, cost, hint].filter((part) => part !== undefined).join('; ');
}
