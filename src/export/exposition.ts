import { type Family, Histogram, type Label, type Point, SECONDS_BOUNDS } from './family.ts';

export type ExpositionForm = 'text/plain' | 'application/openmetrics-text';

/** The families in the text format of Prometheus or OpenMetrics, which differ in how they name counters. */
export function exposition(
  form: ExpositionForm,
  families: readonly Family[],
  constant: readonly Label[],
): string {
  return families.map((family) => textOf(form, family, constant)).join('');
}

function textOf(
  form: ExpositionForm,
  { name, type, help, points }: Family,
  constant: readonly Label[],
): string {
  if (points.length === 0) return '';
  const sample = type === 'counter' ? `${name}_total` : name;
  const told = form === 'text/plain' ? sample : name;
  let text = `# HELP ${told} ${escaped(help)}\n# TYPE ${told} ${type}\n`;
  for (const point of points) text += linesOf(sample, point, constant);
  return text;
}

function linesOf(name: string, { labels, value }: Point, constant: readonly Label[]): string {
  const own = [...labels, ...constant].map(({ name, value }) => `${name}="${quoted(value)}"`).join(',');
  if (!(value instanceof Histogram)) return `${name}${own === '' ? '' : `{${own}}`} ${value}\n`;
  let text = '';
  let upTo = 0;
  for (const [i, count] of value.counts.entries()) {
    upTo += count;
    const bound = SECONDS_BOUNDS[i] ?? '+Inf';
    text += `${name}_bucket{${own === '' ? '' : `${own},`}le="${bound}"} ${upTo}\n`;
  }
  const suffix = own === '' ? '' : `{${own}}`;
  return `${text}${name}_sum${suffix} ${value.sum}\n${name}_count${suffix} ${upTo}\n`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function quoted(value: string): string {
  return escaped(value).replaceAll('"', '\\"');
}
