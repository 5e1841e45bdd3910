import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { version } from '../../src/lib/package-root.ts';
import { complaints } from '../manifests/complaints.ts';
import { readDocuments, readJob } from '../manifests/documents.ts';
import { buildRenderer, chartFolder, objectsOf, overlayValues, renderWith } from './chart.ts';
import { comparable } from './comparable.ts';

/** `helm install` has made the namespace before it renders anything. */
const withNamespace = { namespace: { create: true } };

let renderer: string;

beforeAll(() => {
  renderer = buildRenderer();
});

/** What is installed, and the pod of `helm test`. */
function objects(...values: (string | object)[]) {
  const all = objectsOf(renderWith(renderer, { values }));
  return {
    all,
    installed: all.filter(({ kind }) => kind !== 'Pod'),
    check: all.find(({ kind }) => kind === 'Pod') as Pod | undefined,
  };
}

describe('without values', () => {
  it('the objects are those of install.yaml', () => {
    const wanted = readDocuments('manifests/install.yaml');
    expect(comparable(objects(withNamespace).installed)).toEqual(comparable(wanted));
    const others = wanted.filter(({ kind }) => kind !== 'Namespace');
    expect(comparable(objects().installed)).toEqual(comparable(others));
  });

  it('helm test runs what check-job.yaml runs', () => {
    const { deployment } = readJob('manifests/check-job.yaml');
    const { check } = objects();
    expect(check?.spec).toEqual(deployment.pod);
    expect(check?.metadata?.annotations).toMatchObject({ 'helm.sh/hook': 'test' });
  });
});

it('has values for each overlay', () => {
  const overlays = ['datadog-names', 'exposed', 'openshift', 'runtime-names', 'without-sys-admin'];
  expect(overlayValues().map(([overlay]) => overlay)).toEqual(overlays);
});

describe.each(overlayValues())('with the values of %s', (overlay, values) => {
  it('the objects are those of the overlay', () => {
    const wanted = readDocuments(`manifests/rendered/${overlay}.yaml`);
    expect(comparable(objects(withNamespace, values).installed)).toEqual(comparable(wanted));
  });

  it('each object has the fields that Kubernetes knows, and no other', () => {
    expect(complaints(objects(withNamespace, values).all)).toBe('');
  });

  it('the pod of helm test may do what the probe may', () => {
    const { installed, check } = objects(values);
    const probe = JSON.stringify(check?.spec?.containers[0]?.securityContext);
    expect(JSON.stringify(installed)).toContain(probe);
  });
});

it('a difference in any object would be found', () => {
  const wanted = comparable(readDocuments('manifests/install.yaml'));
  for (const values of [
    { priorityClassName: '' },
    { config: { logLevel: 'debug' } },
    { podLabels: { a: 'b' } },
  ]) {
    expect(comparable(objects(withNamespace, values).installed)).not.toEqual(wanted);
  }
});

it('has the version of the package', () => {
  const chart = parse(readFileSync(join(chartFolder, 'Chart.yaml'), 'utf8'));
  expect(chart).toMatchObject({ version, appVersion: version });
});
