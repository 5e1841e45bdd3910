import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildRenderer, renderWith } from './chart.ts';

/** What helm documents of its values and templates, which the other tests of the chart lean on. */
let renderer: string;
const folder = mkdtempSync(join(tmpdir(), 'sysprobe-chart-'));

beforeAll(() => {
  renderer = buildRenderer();
});

afterAll(() => rmSync(folder, { recursive: true }));

function rendered(template: string, { defaults = '', values = [] as object[], partial = '' } = {}): string {
  const files = {
    'Chart.yaml': 'name: small\nversion: 1.2.3\nappVersion: 4.5.6\n',
    'values.yaml': defaults,
    'templates/_partial.tpl': partial,
    'templates/it.yaml': template,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const given = renderWith(renderer, { chart: folder, name: 'mine', namespace: 'there', values });
  expect(Object.keys(given.files)).toEqual(['small/templates/it.yaml']);
  return given.files['small/templates/it.yaml'] ?? '';
}

describe('values', () => {
  const defaults = 'a: {b: 1, c: [1, 2]}\nd: e\n';
  const print = '{{ .Values | toJson }}';

  it('are those of the chart', () => {
    expect(JSON.parse(rendered(print, { defaults }))).toEqual({ a: { b: 1, c: [1, 2] }, d: 'e' });
  });

  it('join tables and replace lists', () => {
    const values = [{ a: { c: [3], f: 'g' } }, { a: { f: 'h' } }];
    expect(JSON.parse(rendered(print, { defaults, values }))).toEqual({
      a: { b: 1, c: [3], f: 'h' },
      d: 'e',
    });
  });

  it('lose a default by null, and it comes back by a later value', () => {
    const remove = { a: { b: null }, d: null };
    expect(JSON.parse(rendered(print, { defaults, values: [remove] }))).toEqual({ a: { c: [1, 2] } });
    const values = [remove, { d: 'again' }];
    expect(JSON.parse(rendered(print, { defaults, values }))).toMatchObject({ d: 'again' });
  });

  it('are read as YAML 1.1, where a bare off is false and 0660 is 432', () => {
    expect(JSON.parse(rendered(print, { defaults: 'a: off\nb: 0660\n' }))).toEqual({ a: false, b: 432 });
  });
});

describe('templates', () => {
  it('know the release and the chart', () => {
    const template =
      '{{ .Release.Name }} {{ .Release.Namespace }} {{ .Release.Service }} {{ .Chart.AppVersion }}';
    expect(rendered(template)).toBe('mine there Helm 4.5.6');
  });

  it('include partials, which give no file', () => {
    const partial = '{{- define "p" }}{{ . | upper }}{{ end -}}';
    expect(rendered('{{ include "p" "a" | quote }}', { partial })).toBe('"A"');
  });

  it('print nothing for what is not there', () => {
    expect(rendered('[{{ .Values.missing }}]')).toBe('[]');
  });

  it('write YAML without the last end of line', () => {
    expect(rendered('{{ .Values | toYaml }}', { defaults: 'b: "1"\na: [x]\n' })).toBe('a:\n- x\nb: "1"');
  });
});

describe('is refused', () => {
  it.each([
    ['what fails', '{{ fail "give a name" }}', 'give a name'],
    ['a required value that is empty', '{{ required "give a name" .Values.name }}', 'give a name'],
    ['a function that is not known', '{{ env "HOME" }}', 'function "env" not defined'],
    ['a field that charts do not have', '{{ .Chart.Nmae }}', 'Nmae'],
    [
      'a template that includes itself',
      '{{ define "p" }}{{ include "p" . }}{{ end }}{{ include "p" . }}',
      'end',
    ],
    ['a number as text', '{{ .Values.large }}', 'json.Number'],
  ])('%s', (_, template, message) => {
    expect(() => rendered(template, { defaults: 'large: 1000000\n' })).toThrow(message);
  });
});

it('is formatted as gofmt does', () => {
  expect(spawnSync('gofmt', ['-l', 'test/chart'], { encoding: 'utf8' })).toMatchObject({
    status: 0,
    stdout: '',
  });
});
