import type { Kind } from './kinds.ts';

const FIELDS = ['name', 'image', 'kube_namespace'] as const;

/** `name:^redis$`: a regular expression that is searched in one field of a container. */
export interface ContainerPattern {
  field: (typeof FIELDS)[number];
  expression: string;
}

/** As the Datadog Agent 7.19 takes them: apart by white space, so an expression has `\s` for it. */
export const containerPatterns: Kind<readonly ContainerPattern[]> = {
  allowed:
    'regular expressions with name:, image: or kube_namespace: before each, separated by spaces, such as "image:pause kube_namespace:^kube-system$"',
  parse: (text) => {
    const patterns = text
      .split(/\s+/)
      .filter((word) => word !== '')
      .map(parsePattern);
    return patterns.every((pattern) => pattern !== undefined) ? patterns : undefined;
  },
  format: () => 'none',
};

/** Go's `(?i)` at the beginning is known too. Throws a SyntaxError. */
export function compilePattern({ expression }: ContainerPattern): RegExp {
  const ignoreCase = '(?i)';
  if (!expression.startsWith(ignoreCase)) return new RegExp(expression, 'u');
  return new RegExp(expression.slice(ignoreCase.length), 'iu');
}

function parsePattern(word: string): ContainerPattern | undefined {
  const field = FIELDS.find((each) => word.startsWith(`${each}:`));
  if (field === undefined) return undefined;
  const pattern = { field, expression: word.slice(field.length + 1) };
  try {
    compilePattern(pattern);
    return pattern;
  } catch {
    return undefined;
  }
}
