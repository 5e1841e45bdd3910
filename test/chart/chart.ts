import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parseAllDocuments } from 'yaml';
import { packageRoot } from '../../src/lib/package-root.ts';
import type { Document } from '../manifests/documents.ts';

export const chartFolder = join(packageRoot, 'manifests/chart');

export interface Asked {
  chart?: string;
  name?: string;
  namespace?: string;
  /** As of several `--values`, in their order. */
  values?: readonly (string | object)[];
}

export interface Rendered {
  values: object;
  /** Texts by path, the chart's name first. */
  files: Record<string, string>;
}

/** Compiles the renderer, which go does in two seconds, and again in none. */
export function buildRenderer(): string {
  const renderer = join(packageRoot, 'build/chart-renderer');
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '' };
  execFileSync('go', ['build', '-o', renderer, './test/chart/renderer'], { cwd: packageRoot, env });
  return renderer;
}

/** As `helm template`: throws what the chart's schema or its templates refuse. */
export function renderWith(renderer: string, asked: Asked = {}): Rendered {
  const { chart = chartFolder, name = 'sysprobe', namespace = 'sysprobe', values = [] } = asked;
  const texts = values.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)));
  const input = JSON.stringify({ chart, name, namespace, values: texts });
  const { status, stdout, stderr } = spawnSync(renderer, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr.trim());
  const rendered: Rendered = JSON.parse(stdout);
  const schema = join(chart, 'values.schema.json');
  if (existsSync(schema)) validate(JSON.parse(readFileSync(schema, 'utf8')), rendered.values);
  return rendered;
}

function validate(schema: object, values: object): void {
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
  if (ajv.validate(schema, values)) return;
  const problems = ajv.errors?.map(({ instancePath, message, params }) =>
    [`values${instancePath.replaceAll('/', '.')}`, message, params.additionalProperty].join(' ').trim(),
  );
  throw new Error(problems?.join('\n'));
}

export function objectsOf({ files }: Rendered): Document[] {
  const texts = Object.entries(files).filter(([path]) => path.endsWith('.yaml'));
  return texts.flatMap(([path, text]) =>
    parseAllDocuments(text).flatMap((document) => {
      if (document.errors.length > 0) throw new Error(`${path}: ${document.errors[0]?.message}`);
      return document.toJS() ?? [];
    }),
  );
}

/** Of manifests/chart/ci, which have the names of the overlays. */
export function overlayValues(): [overlay: string, values: string][] {
  const folder = join(chartFolder, 'ci');
  return readdirSync(folder)
    .sort()
    .map((file) => [file.replace('-values.yaml', ''), readFileSync(join(folder, file), 'utf8')]);
}
