import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SysprobeError } from '../errors.ts';
import { version } from '../package-root.ts';
import { agentText, loadAgentConfig, loadProbeConfig, probeText } from './load.ts';
import { usualSockets } from './runtime-sockets.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sysprobe-config-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function file(content: string): string {
  const path = join(folder, 'sysprobe.yaml');
  writeFileSync(path, content);
  return path;
}

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(SysprobeError);
    expect(error).toHaveProperty('code', 'SP_CONFIG_INVALID');
    return error instanceof Error ? error.message : '';
  }
  throw new Error('the configuration was accepted');
}

const fromFlags = (...argv: string[]) => loadProbeConfig({ argv, env: {} });
const fromEnv = (env: Record<string, string>) => loadProbeConfig({ argv: [], env });

describe('defaults', () => {
  it('are those of the contract', () => {
    expect(fromFlags()).toEqual({
      socket: '/var/run/sysprobe/sysprobe.sock',
      socketMode: 0o660,
      socketGid: undefined,
      maxFlows: 65_536,
      maxClosed: 65_536,
      ringBytes: 8 * 1024 * 1024,
      replayBytes: 32 * 1024 * 1024,
      replayEvents: 262_144,
      updateIntervalMs: 2000,
      dnsEnabled: true,
      dnsPorts: [53],
      dnsTimeoutMs: 6000,
      dnsMax: 8192,
      dnsRingBytes: 4 * 1024 * 1024,
      drainIntervalMs: 100,
      confine: true,
      cgroupRoot: undefined,
      maxContainers: 4096,
      processesEnabled: true,
      maxProcesses: 16_384,
      processRingBytes: 4 * 2 ** 20,
      processIntervalMs: 10_000,
      processArgs: 'redacted',
      sensitiveWords: [],
      runtimeSockets: usualSockets,
      excludeContainers: [],
      includeContainers: [],
      saturationIntervalMs: 10_000,
      binding: 'addon',
      runStats: false,
      udpHooks: 'auto',
      udpIdleMs: 30_000,
      logLevel: 'info',
      ignored: [],
      elsewhere: [],
    });
    expect(loadAgentConfig({ argv: [], env: {} })).toEqual({
      socket: '/var/run/sysprobe/sysprobe.sock',
      listenHost: '127.0.0.1',
      listenPort: 7676,
      maxFlows: 65_536,
      maxClosedFlows: 65_536,
      networks: [],
      historySeconds: 3600,
      historyBytes: 62_914_560,
      historyFolder: undefined,
      historyFileBytes: 268_435_456,
      dnsMax: 8192,
      maxContainers: 4096,
      maxProcesses: 16_384,
      excludeContainers: [],
      includeContainers: [],
      kubernetes: 'auto',
      kubernetesHost: undefined,
      kubernetesPort: 443,
      kubernetesTokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token',
      kubernetesCaFile: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
      nodeName: undefined,
      kubeletHost: undefined,
      kubeletPort: 10_250,
      kubeletTlsVerify: true,
      kubeletIntervalMs: 10_000,
      maxGonePods: 1024,
      podLabelsAsTags: new Map(),
      tags: [],
      metricsLabels: undefined,
      metricsMaxSeries: 1000,
      metricsIdleSeconds: 900,
      otlpEndpoint: undefined,
      otlpProtocol: 'http/protobuf',
      otlpHeaders: new Map(),
      otlpCompression: 'gzip',
      otlpCaFile: undefined,
      otlpTimeoutMs: 10_000,
      otlpIntervalMs: 60_000,
      otlpLogs: [],
      healthPort: 0,
      logLevel: 'info',
      ignored: [],
      elsewhere: [],
    });
  });
});

describe('precedence', () => {
  it('is flag, own environment name, DD_ name, file, default', () => {
    const path = file('socket: /file\nmaxFlows: 100\nringBytes: 1MiB\nlogLevel: debug\n');
    const env = { SYSPROBE_SOCKET: '/own', DD_SYSPROBE_SOCKET: '/datadog', DD_LOG_LEVEL: 'WARN' };
    const layered = { SYSPROBE_MAX_FLOWS: '200', ...env };
    const argv = ['--config', path, '--max-flows', '300'];
    expect(loadProbeConfig({ argv, env: layered })).toMatchObject({
      maxFlows: 300,
      socket: '/own',
      logLevel: 'warn',
      ringBytes: 1024 * 1024,
      drainIntervalMs: 100,
    });
  });

  it('takes the path of the file from SYSPROBE_CONFIG', () => {
    expect(fromEnv({ SYSPROBE_CONFIG: file('runStats: true\n') }).runStats).toBe(true);
  });
});

describe('flags', () => {
  it('take their value as the next argument or behind an equals sign', () => {
    expect(fromFlags('--max-flows', '32', '--socket=/a').maxFlows).toBe(32);
    expect(fromFlags('--max-flows', '32', '--socket=/a').socket).toBe('/a');
  });

  it('switch booleans on and off', () => {
    expect(fromFlags('--run-stats').runStats).toBe(true);
    expect(loadProbeConfig({ argv: ['--no-run-stats'], env: { SYSPROBE_RUN_STATS: 'true' } }).runStats).toBe(
      false,
    );
  });

  it.each([
    [['--max-flow', '1'], '--max-flow'],
    [['extra'], 'extra'],
    [['--max-flows'], '--max-flows'],
    [['--run-stats=1'], '--run-stats'],
  ])('that are wrong are named: %j', (argv, named) => {
    const message = refusal(() => loadProbeConfig({ argv, env: {} }));
    expect(message).toContain(named);
    expect(message).toContain('--help');
  });
});

describe('environment', () => {
  it('is read whatever the case of the name, as manifests spell it', () => {
    expect(fromEnv({ DD_SYSprobe_SOCKET: '/seed' }).socket).toBe('/seed');
    expect(fromEnv({ DD_SYSprobe_SOCKET: '/seed', DD_SYSPROBE_SOCKET: '/exact' }).socket).toBe('/exact');
  });

  it('counts an empty value as not set', () => {
    expect(fromEnv({ SYSPROBE_SOCKET: '', DD_SYSPROBE_SOCKET: '/datadog' }).socket).toBe('/datadog');
  });

  it.each([
    ['true', false],
    ['0', true],
  ])('may turn an option off: DD_DISABLE_DNS_INSPECTION=%s', (text, enabled) => {
    const config = fromEnv({ DD_DISABLE_DNS_INSPECTION: text });
    expect(config).toMatchObject({ dnsEnabled: enabled, ignored: [] });
    expect(fromEnv({ DD_DISABLE_DNS_INSPECTION: text, SYSPROBE_DNS_ENABLED: 'true' }).dnsEnabled).toBe(true);
  });

  it('names what it cannot read of a name that turns an option off', () => {
    expect(refusal(() => fromEnv({ DD_DISABLE_DNS_INSPECTION: 'maybe' }))).toContain(
      'DD_DISABLE_DNS_INSPECTION: "maybe"',
    );
  });
});

describe('file', () => {
  it('serves both programs, each taking its own names', () => {
    const argv = ['--config', file('socket: /both\nlistenPort: 8080\nringBytes: 4MiB\n')];
    expect(loadProbeConfig({ argv, env: {} })).toMatchObject({ socket: '/both', ringBytes: 4 * 1024 * 1024 });
    expect(loadAgentConfig({ argv, env: {} })).toMatchObject({ socket: '/both', listenPort: 8080 });
  });

  it('may write options whose names begin alike as a map, and values that are several as a list', () => {
    const content = 'dns:\n  enabled: false\n  ports: [53, 5353]\n  timeoutMs: 2000\n';
    expect(fromFlags('--config', file(content))).toMatchObject({
      dnsEnabled: false,
      dnsPorts: [53, 5353],
      dnsTimeoutMs: 2000,
    });
  });

  it('keeps a mode as it is written', () => {
    expect(fromFlags('--config', file('socketMode: 0600\n')).socketMode).toBe(0o600);
  });

  it.each(['', '# nothing\n', 'socket:\n'])('may say nothing: %j', (content) => {
    expect(fromFlags('--config', file(content))).toEqual(fromFlags());
  });

  it.each([
    ['maxflows: 5\n', 'maxflows', 'maxFlows'],
    ['maxFlows: [5, 6]\n', '"5,6"', 'whole number'],
    ['maxFlows: [[5]]\n', 'maxFlows', 'single value'],
    ['dns: { port: 53 }\n', 'dnsPort', 'dnsPorts'],
    ['maxFlows: many\n', '"many"', 'whole number'],
    ['- maxFlows\n', 'sysprobe.yaml', 'map of options'],
    ['maxFlows: "5\n', 'sysprobe.yaml', 'cannot be read'],
  ])('that is wrong is refused with what is wrong: %j', (content, named, advice) => {
    const message = refusal(() => fromFlags('--config', file(content)));
    expect(message).toContain(named);
    expect(message).toContain(advice);
    expect(message).not.toContain('\n');
  });

  it('that is missing is named', () => {
    expect(refusal(() => fromFlags('--config', join(folder, 'absent.yaml')))).toContain('absent.yaml');
  });
});

describe('a value that is not allowed', () => {
  it.each([
    [{ SYSPROBE_MAX_FLOWS: '0' }, 'SYSPROBE_MAX_FLOWS', '"0"', 'from 16 to 4194304'],
    [{ DD_LOG_LEVEL: 'loud' }, 'DD_LOG_LEVEL', '"loud"', 'critical'],
    [{ DD_SYSprobe_SOCKET: 'rel' }, 'DD_SYSprobe_SOCKET', '"rel"', 'absolute path'],
    [{ SYSPROBE_RING_BYTES: '100000' }, 'SYSPROBE_RING_BYTES', '"100000"', 'power of two'],
  ])('is refused with its name, itself and what is allowed: %j', (env, ...parts) => {
    const message = refusal(() => fromEnv(env as Record<string, string>));
    for (const part of parts) expect(message).toContain(part);
  });

  it('is not hidden by a stronger source that is right only for another option', () => {
    refusal(() => loadProbeConfig({ argv: ['--max-closed', '5'], env: { SYSPROBE_MAX_FLOWS: 'x' } }));
  });
});

describe('texts instead of running', () => {
  it('are absent when the program is to run', () => {
    expect(probeText({ argv: ['--max-flows', '20'], env: {} })).toBeUndefined();
  });

  it('are the version, and the help with every option', () => {
    expect(probeText({ argv: ['--version'], env: {} })).toBe(`system-probe ${version}\n`);
    const help = agentText({ argv: ['--help', '--listen-port', 'x'], env: {} }) ?? '';
    for (const word of [
      'node-agent',
      '--listen-port',
      'SYSPROBE_LISTEN_PORT',
      '7676',
      '--config',
      'DD_LOG_LEVEL',
    ]) {
      expect(help).toContain(word);
    }
  });

  it('are the configuration in force, or its error', () => {
    const printed = agentText({ argv: ['--print-config'], env: { SYSPROBE_LISTEN_PORT: '0' } }) ?? '';
    expect(JSON.parse(printed)).toMatchObject({ listenPort: 0, listenHost: '127.0.0.1' });
    refusal(() => agentText({ argv: ['--print-config', '--listen-port', '70000'], env: {} }));
  });
});
