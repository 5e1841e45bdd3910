import { type Kind, LIST } from './kinds.ts';

const MAX = 64;

/** `env:prod team:shop`, also with commas, as the Datadog Agent takes them. */
export const tags: Kind<readonly string[]> = {
  allowed: `at most ${MAX} tags such as env:prod, separated by spaces or commas`,
  parse: (text) => {
    const found = text.split(/[\s,]+/).filter((tag) => tag !== '');
    return found.length <= MAX && found.every((tag) => tag.length <= 200) ? [...new Set(found)] : undefined;
  },
  format: (value) => value.join(' '),
  schema: LIST,
};

/** `{"app":"kube_app"}`: which labels of pods become which tags. */
export const labelsAsTags: Kind<ReadonlyMap<string, string>> = {
  allowed: `a JSON map of at most ${MAX} labels to tags such as {"app":"kube_app"}`,
  parse: (text) => {
    let given: unknown;
    try {
      given = JSON.parse(text);
    } catch {
      return undefined;
    }
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
    const entries = Object.entries(given);
    const isAllowed = entries.every(([label, tag]) => label !== '' && typeof tag === 'string' && tag !== '');
    return isAllowed && entries.length <= MAX ? new Map(entries) : undefined;
  },
  format: (value) => JSON.stringify(Object.fromEntries(value)),
};
