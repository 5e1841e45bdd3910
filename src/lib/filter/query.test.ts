import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SysprobeError } from '../errors.ts';
import type { Flow } from './flow-record.ts';
import { FLOW_FILTERS, FLOWS, parseFlowQuery } from './flows.ts';
import { parametersOf } from './query.ts';

const FLOW_PARAMETERS = parametersOf(FLOWS);
const NOW = Date.parse('2026-01-31T12:00:00Z');

const client: Flow = {
  protocol: 'tcp',
  family: 'ipv4',
  netns: 4_026_531_840,
  direction: 'outgoing',
  role: 'client',
  source: { ip: '10.0.0.5', port: 51_234 },
  dest: { ip: '93.184.216.34', port: 443, domain: 'www.example.com' },
  translated: { dest: { ip: '10.244.1.7', port: 8443 } },
  process: { pid: 4121, comm: 'curl' },
  container: { id: 'ab12cd34' },
  state: 'closed',
  openedAt: '2026-01-31T11:50:00.000000000Z',
  closedAt: '2026-01-31T11:55:00.000000000Z',
  sent: { bytes: 4_000 },
  received: { bytes: 6_000 },
  rttUs: 12_000,
};
const server: Flow = { ...client, direction: 'incoming', role: 'server' };

function matches(flow: Flow, ...params: [string, string][]): boolean {
  return parseFlowQuery(params, NOW).match(flow);
}

function refusal(...params: [string, string][]): SysprobeError {
  try {
    parseFlowQuery(params, NOW);
  } catch (error) {
    if (error instanceof SysprobeError) return error;
    throw error;
  }
  throw new Error('the query was accepted');
}

describe('filters', () => {
  test.each<[string, string, string]>([
    ['ip', '10.0.0.0/8', '192.168.0.0/16'],
    ['ip', '10.244.1.7', '10.244.1.8'],
    ['port', '443', '80'],
    ['port', '8000-9000', '9001-9999'],
    ['domain', '*.example.com', 'example.com'],
    ['domain', 'WWW.Example.com.', 'www.example'],
    ['container', 'ab12', 'cd34'],
    ['netns', '4026531840', '1'],
    ['protocol', 'tcp', 'udp'],
    ['pid', '4121', '41'],
    ['comm', 'cu*', 'cur'],
    ['state', 'closed', 'active'],
    ['direction', 'outgoing', 'incoming'],
    ['min-bytes', '10k', '10KiB'],
    ['rtt-over', '11ms', '12ms'],
    ['family', 'ipv4', 'ipv6'],
    ['family', '4', '6'],
  ])('%s takes %s and leaves %s', (name, taken, left) => {
    expect(matches(client, [name, taken])).toBe(true);
    expect(matches(client, [name, left])).toBe(false);
    expect(matches(client, ['not', 'true'], [name, taken])).toBe(false);
    expect(matches(client, ['not', ''], [name, left])).toBe(true);
  });

  test('from is the end that opened the connection, whichever side was observed', () => {
    expect(matches(client, ['from-ip', '10.0.0.5'])).toBe(true);
    expect(matches(server, ['from-ip', '10.0.0.5'])).toBe(false);
    expect(matches(server, ['from-port', '443'])).toBe(true);
    expect(matches(server, ['to-port', '51234'])).toBe(true);
    expect(matches(client, ['to-domain', 'www.example.com'])).toBe(true);
    expect(matches(client, ['from-domain', 'www.example.com'])).toBe(false);
    expect(matches(client, ['from-container', 'ab'])).toBe(true);
    expect(matches(server, ['from-container', 'ab'])).toBe(false);
    expect(matches(server, ['to-container', 'ab'])).toBe(true);
  });

  test('without a role the direction says who opened it', () => {
    const { role: _, ...accepted } = server;
    expect(matches(accepted, ['to-ip', '10.0.0.5'])).toBe(true);
    const { direction: __, ...unknown } = accepted;
    expect(matches(unknown, ['from-ip', '10.0.0.5'])).toBe(true);
  });

  test('a local connection is also outgoing on its client side and incoming on its server side', () => {
    const local: Flow = { ...client, direction: 'local' };
    expect(matches(local, ['direction', 'local'])).toBe(true);
    expect(matches(local, ['direction', 'outgoing'])).toBe(true);
    expect(matches(local, ['direction', 'incoming'])).toBe(false);
    expect(matches({ ...local, role: 'server' }, ['direction', 'incoming'])).toBe(true);
  });

  test('failure without a reason is any failure', () => {
    const refused: Flow = { ...client, failure: 'refused' };
    expect(matches(refused, ['failure', ''])).toBe(true);
    expect(matches(refused, ['failure', 'refused'])).toBe(true);
    expect(matches(refused, ['failure', 'reset'])).toBe(false);
    expect(matches(client, ['failure', ''])).toBe(false);
  });

  test('a process name is compared as the kernel cuts it', () => {
    const flow: Flow = { ...client, process: { comm: 'prometheus-serv' } };
    expect(matches(flow, ['comm', 'prometheus-server'])).toBe(true);
  });

  test('what a record does not carry matches nothing, and its negation everything', () => {
    const bare: Flow = {
      protocol: 'udp',
      family: 'ipv6',
      source: { ip: '::1', port: 1 },
      dest: { ip: '::1', port: 2 },
      state: 'established',
      sent: { bytes: 0 },
      received: { bytes: 0 },
    };
    for (const [name, value] of [
      ['pid', '0'],
      ['comm', '*'],
      ['container', 'a'],
      ['domain', '*'],
      ['netns', '0'],
      ['rtt-over', '0s'],
      ['failure', 'any'],
    ] as const) {
      expect(matches(bare, [name, value])).toBe(false);
      expect(matches(bare, ['not', 'true'], [name, value])).toBe(true);
    }
  });
});

describe('combination', () => {
  test('values of one filter are alternatives, different filters must all match', () => {
    expect(matches(client, ['port', '80'], ['port', '443'])).toBe(true);
    expect(matches(client, ['port', '443'], ['protocol', 'udp'])).toBe(false);
  });

  test('not negates only the filter behind it', () => {
    expect(matches(client, ['not', 'true'], ['port', '80'], ['port', '443'])).toBe(true);
    expect(matches(client, ['port', '443'], ['not', 'true'], ['port', '51234'])).toBe(false);
    expect(matches(client, ['not', 'false'], ['port', '443'])).toBe(true);
  });

  test('any filters obey or within a name, and across names, and not', () => {
    const value = fc.constantFrom('tcp', 'udp');
    const port = fc.constantFrom('443', '80', '51234');
    const filter = fc.oneof(
      value.map((v) => ['protocol', v] as const),
      port.map((v) => ['port', v] as const),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), filter), { maxLength: 8 }), (terms) => {
        const params = terms.flatMap(([negated, term]) =>
          negated ? [['not', 'true'] as const, term] : [term],
        );
        const one = (name: string, v: string) =>
          name === 'protocol' ? v === client.protocol : v === '443' || v === '51234';
        const positive = terms.filter(([negated]) => !negated).map(([, term]) => term);
        const names = new Set(positive.map(([name]) => name));
        const expected =
          [...names].every((name) => positive.some(([n, v]) => n === name && one(n, v))) &&
          terms.every(([negated, [n, v]]) => !negated || !one(n, v));
        expect(parseFlowQuery(params, NOW).match(client)).toBe(expected);
      }),
    );
  });

  test('no parameter makes the parser fail otherwise than by a query error', () => {
    const name = fc.oneof(fc.constantFrom(...FLOW_PARAMETERS), fc.string());
    const text = fc.oneof(fc.string(), fc.constantFrom('', 'true', '1', '5m', '10.0.0.0/8', '1.2.0.2'));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, text), { maxLength: 6 }), (params) => {
        try {
          expect(typeof parseFlowQuery(params, NOW).match(client)).toBe('boolean');
        } catch (error) {
          expect(error).toMatchObject({ code: 'SP_QUERY_INVALID', parameter: expect.any(String) });
        }
      }),
    );
  });
});

describe('window', () => {
  test('a flow belongs when its life overlaps the window', () => {
    expect(matches(client, ['since', '5m'])).toBe(true);
    expect(matches(client, ['since', '4m59s'])).toBe(false);
    expect(matches(client, ['until', '10m'])).toBe(true);
    expect(matches(client, ['until', '2026-01-31T11:49:59Z'])).toBe(false);
    expect(matches(client, ['until', '2026-01-31T13:50:00.5+02:00'])).toBe(true);
  });

  test('an open flow of unknown times always belongs', () => {
    const { openedAt: _, closedAt: __, ...flow } = { ...client, state: 'established' };
    expect(matches(flow, ['since', '1s'], ['until', '0s'])).toBe(true);
  });
});

describe('errors', () => {
  test('an unknown parameter is named beside all that are known', () => {
    expect(refusal(['prot', 'tcp'])).toMatchObject({
      code: 'SP_QUERY_INVALID',
      parameter: 'prot',
      allowed: FLOW_PARAMETERS,
    });
  });

  test('a value outside the choices is named beside them', () => {
    const error = refusal(['protocol', 'sctp']);
    expect(error.message).toBe('"sctp" is not a value of protocol; allowed: tcp, udp');
    expect(error).toMatchObject({ parameter: 'protocol', allowed: ['tcp', 'udp'] });
  });

  test.each(FLOW_FILTERS.filter(({ kubernetes }) => !kubernetes).map(({ name }) => name))(
    '%s refuses a value it cannot read',
    (name) => {
      const value = ['comm', 'domain'].includes(name.replace(/^(from|to)-/, '')) ? '' : '*?';
      expect(refusal([name, value])).toMatchObject({ code: 'SP_QUERY_INVALID', parameter: name });
    },
  );

  test.each(['pod', 'from-namespace', 'to-workload', 'service', 'label'])('%s needs Kubernetes', (name) => {
    expect(refusal([name, 'x']).message).toBe(
      `${name} needs Kubernetes metadata, which this server does not have`,
    );
  });

  test.each<[string, [string, string][]]>([
    [
      'not',
      [
        ['port', '1'],
        ['not', 'true'],
      ],
    ],
    [
      'not',
      [
        ['not', 'true'],
        ['last', '1'],
      ],
    ],
    [
      'not',
      [
        ['not', 'maybe'],
        ['port', '1'],
      ],
    ],
    [
      'last',
      [
        ['last', '1'],
        ['last', '2'],
      ],
    ],
    ['last', [['last', '-1']]],
    [
      'first',
      [
        ['last', '1'],
        ['first', '2'],
      ],
    ],
    [
      'all',
      [
        ['first', '1'],
        ['all', 'true'],
      ],
    ],
    [
      'last',
      [
        ['follow', 'true'],
        ['last', '5'],
      ],
    ],
    ['after', [['after', 'x.1']]],
    ['since', [['since', 'yesterday']]],
    ['since', [['since', '2026-02-31T25:00:00Z']]],
    [
      'until',
      [
        ['since', '5m'],
        ['until', '6m'],
      ],
    ],
  ])('%s is refused in %j', (parameter, params) => {
    expect(refusal(...params)).toMatchObject({ code: 'SP_QUERY_INVALID', parameter });
  });
});

test('the limits and the stream position are handed on', () => {
  expect(parseFlowQuery([['last', '20']])).toMatchObject({ last: 20, first: undefined, follow: false });
  expect(
    parseFlowQuery([
      ['follow', 'true'],
      ['after', 'r1.42'],
    ]),
  ).toMatchObject({ follow: true, after: 'r1.42', all: false });
});
