import { type ContainerPattern, compilePattern } from '../../lib/config/container-patterns.ts';
import type { ContainerInfo } from '../runtimes/runtime.ts';
import { KUBERNETES_LABELS } from './container.ts';

/** A stranger chose the text, and a regular expression may take long for a long one. */
const MAX_TEXT = 512;

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

  /** What nothing is known of matches no pattern: it is reported. */
  reports(info: ContainerInfo | undefined): boolean {
    if (info === undefined) return true;
    if (this.#include.some((matches) => matches(info))) return true;
    return !this.#exclude.some((matches) => matches(info));
  }
}

type Matcher = (info: ContainerInfo) => boolean;

function matcher(pattern: ContainerPattern): Matcher {
  const expression = compilePattern(pattern);
  return (info) => textsOf(info, pattern.field).some((text) => expression.test(text.slice(0, MAX_TEXT)));
}

function textsOf({ name, image, labels }: ContainerInfo, field: ContainerPattern['field']): string[] {
  switch (field) {
    case 'name':
      // Docker's name of a pod's container is made of several; the pod's own name for it is what a manifest says.
      return [labels[KUBERNETES_LABELS.container], name].filter((text) => text !== undefined);
    case 'image':
      return image === undefined ? [] : [image];
    case 'kube_namespace': {
      const namespace = labels[KUBERNETES_LABELS.namespace];
      return namespace === undefined ? [] : [namespace];
    }
    default:
      return field satisfies never;
  }
}
