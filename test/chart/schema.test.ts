import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { agentOptions } from '../../src/lib/config/agent-options.ts';
import { probeOptions } from '../../src/lib/config/probe-options.ts';
import { buildRenderer, chartFolder } from './chart.ts';
import { installed } from './installed.ts';

const schema = JSON.parse(readFileSync(join(chartFolder, 'values.schema.json'), 'utf8'));
let renderer: string;

beforeAll(() => {
  renderer = buildRenderer();
});

describe('the schema', () => {
  it('knows each value of values.yaml, and values.yaml each of the schema', () => {
    const values = parse(readFileSync(join(chartFolder, 'values.yaml'), 'utf8'));
    const { global: _, ...properties } = schema.properties;
    const differing: string[] = [];
    const compare = (known: Record<string, { properties?: object }>, given: object, path: string) => {
      const names = Object.keys(known);
      if (JSON.stringify(names) !== JSON.stringify(Object.keys(given))) differing.push(path);
      for (const [name, value] of Object.entries(given)) {
        const below = known[name]?.properties;
        if (below !== undefined && name !== 'config') compare(below as never, value, `${path}.${name}`);
      }
    };
    compare(properties, values, 'values');
    expect(differing).toEqual([]);
  });

  it.each<[object, string]>([
    [{ replicas: 2 }, 'values must NOT have additional properties replicas'],
    [{ image: { tags: 'v1' } }, 'values.image must NOT have additional properties tags'],
    [{ image: { digest: 'v1' } }, 'values.image.digest must match pattern'],
    [{ image: { pullPolicy: 'Sometimes' } }, 'values.image.pullPolicy must be equal to one of'],
    [{ tolerations: { operator: 'Exists' } }, 'values.tolerations must be array'],
    [{ exposed: { enabled: 'yes' } }, 'values.exposed.enabled must be boolean'],
    [{ exposed: { tokenSecret: { name: '' } } }, 'values.exposed.tokenSecret.name'],
    [{ agent: { extraEnv: [{ value: 'a' }] } }, "values.agent.extraEnv.0 must have required property 'name'"],
    [
      { probe: { resources: { limit: {} } } },
      'values.probe.resources must NOT have additional properties limit',
    ],
    [{ config: { maxFlow: 100 } }, 'values.config must NOT have additional properties maxFlow'],
    [{ config: { maxFlows: 'many' } }, 'values.config.maxFlows must be integer'],
    [{ config: { maxFlows: 1 } }, 'values.config.maxFlows must be >= 16'],
    [{ config: { healthPort: 0 } }, 'values.config.healthPort must be >= 1'],
    [{ config: { healthPort: null } }, "values.config must have required property 'healthPort'"],
    [{ config: { udpHooks: 'none' } }, 'values.config.udpHooks must be equal to one of'],
    [{ config: { socketMode: 432 } }, 'values.config.socketMode must be string'],
    [{ config: { runtimeSockets: false } }, 'values.config.runtimeSockets must be string'],
    [{ runtimeNames: { socket: 'containerd.sock' } }, 'values.runtimeNames.socket must match pattern'],
  ])('refuses %j', (values, message) => {
    expect(() => installed(renderer, values)).toThrow(message);
  });

  it('takes what a chart around this one adds', () => {
    expect(installed(renderer, { global: { region: 'north' } }).spec.containers).toHaveLength(2);
  });

  it('has a place for every option of both programs', () => {
    const options = { ...probeOptions, ...agentOptions };
    expect(Object.keys(schema.properties.config.properties)).toEqual(Object.keys(options));
  });
});
