import { expect, it } from 'vitest';
import { loadAgentConfig, loadProbeConfig } from './load.ts';

const unused = (load: typeof loadProbeConfig | typeof loadAgentConfig, env: Record<string, string>) => {
  const config = load({ argv: [], env });
  expect(JSON.stringify(config)).not.toContain('not-to-be-told');
  return { ignored: config.ignored, elsewhere: config.elsewhere };
};

it('names what has no effect, and keeps the values to itself', () => {
  const wrong = { DD_API_KEY: 'not-to-be-told', DD_LOGS_ENABLED: 'true', SYSPROBE_MAXFLOWS: '5' };
  const right = { PATH: '/bin', SYSPROBE_SERVER: 'x', DD_LOG_LEVEL: 'info', DD_SYSTEM_PROBE_ENABLED: 'true' };
  for (const load of [loadProbeConfig, loadAgentConfig]) {
    expect(unused(load, { ...wrong, ...right })).toEqual({ ignored: Object.keys(wrong), elsewhere: [] });
  }
});

it('names apart what only the other program takes', () => {
  const env = { DD_PROCESS_AGENT_ENABLED: 'true', DD_tags: 'a:not-to-be-told', DD_API_KEY: 'not-to-be-told' };
  expect(unused(loadProbeConfig, env)).toEqual({ ignored: ['DD_API_KEY'], elsewhere: ['DD_tags'] });
  expect(unused(loadAgentConfig, { ...env, DD_tags: 'a:b' })).toEqual({
    ignored: ['DD_API_KEY'],
    elsewhere: ['DD_PROCESS_AGENT_ENABLED'],
  });
});

it('leaves names of sysprobe alone that the other program takes, since both may have one environment', () => {
  const env = { SYSPROBE_MAX_FLOWS: '32', SYSPROBE_LISTEN_PORT: '80', SYSPROBE_MAX_CLOSED: '7' };
  for (const load of [loadProbeConfig, loadAgentConfig]) {
    expect(unused(load, env)).toEqual({ ignored: [], elsewhere: [] });
  }
});
