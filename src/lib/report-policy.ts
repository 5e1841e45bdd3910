import { type ContainerPattern, compilePattern } from './config/container-patterns.ts';

/** A stranger chose the text, and a regular expression may take long for a long one. */
const MAX_TEXT = 512;

/** What patterns are searched in. What is absent is not known yet, and what is empty is nothing. */
export type ContainerTexts = Partial<Record<ContainerPattern['field'], readonly string[]>>;

/** Which containers are reported: those that no exclusion matches, and those that an inclusion matches. */
export class ReportPolicy {
  readonly #exclude: readonly Matcher[];
  readonly #include: readonly Matcher[];

  constructor({ exclude, include }: Record<'exclude' | 'include', readonly ContainerPattern[]>) {
    this.#exclude = exclude.map(matcher);
    this.#include = include.map(matcher);
  }

  /** Without exclusions there is nothing to decide. */
  get isNeeded(): boolean {
    return this.#exclude.length > 0;
  }

  /** Undefined when that depends on what is not known yet. */
  reports(texts: ContainerTexts): boolean | undefined {
    const isIncluded = someMatch(this.#include, texts);
    if (isIncluded === true) return true;
    const isExcluded = someMatch(this.#exclude, texts);
    if (isExcluded === false) return true;
    return isExcluded && isIncluded === false ? false : undefined;
  }
}

/** Undefined when the text is not known yet. */
type Matcher = (texts: ContainerTexts) => boolean | undefined;

function matcher(pattern: ContainerPattern): Matcher {
  const expression = compilePattern(pattern);
  return (texts) => texts[pattern.field]?.some((text) => expression.test(text.slice(0, MAX_TEXT)));
}

function someMatch(matchers: readonly Matcher[], texts: ContainerTexts): boolean | undefined {
  const found = matchers.map((matches) => matches(texts));
  if (found.includes(true)) return true;
  return found.includes(undefined) ? undefined : false;
}
