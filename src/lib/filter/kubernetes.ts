import { type Definition, type Filter, glob, type Matcher } from './filter.ts';

/** What the filters read of what Kubernetes calls someone. */
export interface KubernetesNames {
  namespace?: string | undefined;
  pod?: string | undefined;
  workload?: { kind: string; name: string } | undefined;
  service?: string | undefined;
  labels?: Readonly<Record<string, string>> | undefined;
}

export interface KubernetesFilter extends Definition {
  matcher: Matcher<KubernetesNames>;
}

const pod: Matcher<KubernetesNames> = {
  allowed: 'the beginning of the name of a pod, also with its namespace: shop/cart-',
  parse: (text) => {
    const [name = '', namespace, rest] = text.split('/').reverse();
    if (text === '' || rest !== undefined) return undefined;
    const matches = glob.parse(`${name}*`);
    return (names) =>
      names.pod !== undefined &&
      matches?.(names.pod) === true &&
      (namespace === undefined || names.namespace === namespace);
  },
};

const workload: Matcher<KubernetesNames> = {
  allowed: 'the name of a workload, also with its kind: Deployment/cart; * stands for anything',
  parse: (text) => {
    const [name = '', kind, rest] = text.split('/').reverse();
    const matches = glob.parse(name);
    if (matches === undefined || rest !== undefined) return undefined;
    return ({ workload: known }) =>
      known !== undefined &&
      matches(known.name) &&
      (kind === undefined || known.kind.toLowerCase() === kind.toLowerCase());
  },
};

const label: Matcher<KubernetesNames> = {
  allowed: 'key=value, in whose value * stands for anything, or the key alone',
  parse: (text) => {
    const [key = '', value = '*'] = text.split(/=(.*)/s);
    const matches = value === '' ? (known: string) => known === '' : glob.parse(value);
    if (key === '' || matches === undefined) return undefined;
    return ({ labels }) => labels !== undefined && Object.hasOwn(labels, key) && matches(labels[key] ?? '');
  },
};

function named(read: (names: KubernetesNames) => string | undefined): Matcher<KubernetesNames> {
  return {
    allowed: glob.allowed,
    parse: (text) => {
      const matches = glob.parse(text);
      return (
        matches &&
        ((names) => {
          const value = read(names);
          return value !== undefined && matches(value);
        })
      );
    },
  };
}

export const POD = { name: 'pod', value: '[NS/]PREFIX', doc: 'pod of Kubernetes', matcher: pod };

export const KUBERNETES_FILTERS: readonly KubernetesFilter[] = [
  POD,
  {
    name: 'namespace',
    value: 'NAME',
    doc: 'namespace of Kubernetes',
    matcher: named(({ namespace }) => namespace),
  },
  { name: 'workload', value: '[KIND/]NAME', doc: 'workload of Kubernetes', matcher: workload },
  { name: 'service', value: 'NAME', doc: 'service of Kubernetes', matcher: named(({ service }) => service) },
  { name: 'label', value: 'KEY=VALUE', doc: 'label of the pod', matcher: label },
];

/** The same filters for records that have one owner. Who is no one's endpoint has no service. */
export const ownerFilters: readonly Filter<{ kubernetes?: KubernetesNames | undefined }>[] =
  KUBERNETES_FILTERS.filter(({ name }) => name !== 'service').map(({ matcher, ...definition }) => ({
    ...definition,
    allowed: [matcher.allowed],
    choice: false,
    kubernetes: true,
    compile: (text) => {
      const matches = matcher.parse(text);
      return matches && (({ kubernetes }) => kubernetes !== undefined && matches(kubernetes));
    },
  }));
