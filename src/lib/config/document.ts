import { boolean } from './kinds.ts';
import { envNames, flagName, type Option, type Options } from './option.ts';

const summaries: Record<string, string> = {
  'system-probe': 'Follows the connections of this node from the kernel and serves them on a Unix socket.',
  'node-agent': 'Reads the probe, keeps the network map and serves the page, the API and the metrics.',
};

const common: readonly (readonly [string, string])[] = [
  ['--config FILE', 'YAML file with these options in camelCase; also SYSPROBE_CONFIG.'],
  ['--print-config', 'Print the configuration in force as JSON, and stop.'],
  ['--version', 'Print the version, and stop.'],
  ['--help', 'Print this, and stop.'],
];

export function helpText(program: string, options: Options): string {
  const rows = Object.entries(options).map(([name, option]) => {
    const also = `Also ${envNames(name, option).join(', ')}.`;
    if (option.kind === boolean) return [flagName(name), `${option.doc} ${defaultSentence(option)}`, also];
    const allowed = `Give ${option.kind.allowed}.`;
    return [`${flagName(name)} VALUE`, `${option.doc} ${allowed} ${defaultSentence(option)}`, also];
  });
  return [
    `Usage: ${program} [OPTION]...`,
    summaries[program] ?? '',
    '',
    'A flag is stronger than the environment, which is stronger than the file.',
    '',
    ...[...rows, ...common].flatMap(([flag = '', ...lines]) => [
      `  ${flag}`,
      ...lines.map((line) => `      ${line}`),
    ]),
    '',
  ].join('\n');
}

/** The table of docs/configuration.md. */
export function markdownTable(options: Options): string {
  const rows = Object.entries(options).map(([name, option]) => {
    const env = envNames(name, option).map((variable) => `\`${variable}\``);
    return `| \`${name}\` | \`${flagName(name)}\` | ${env.join(', ')} | ${shownDefault(option) ?? 'none'} | ${option.kind.allowed} | ${option.doc} |`;
  });
  return [
    '| Option | Flag | Environment | Default | Allowed | Meaning |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function defaultSentence(option: Option<unknown>): string {
  const shown = shownDefault(option);
  return shown === undefined ? 'No default.' : `Default: ${shown.replaceAll('`', '')}.`;
}

function shownDefault({ default: value, kind }: Option<unknown>): string | undefined {
  return value === undefined ? undefined : `\`${kind.format?.(value) ?? String(value)}\``;
}
