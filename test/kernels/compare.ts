import type { FlowRecord } from '../../src/wire/flow.ts';
import type { End, Traffic } from '../live/traffic.ts';

export interface Expectation {
  connections: number;
  /** Which side reports a failure. */
  failures?: { client?: string; server?: string };
  /** Nothing answers: there are no flows of a server. */
  serverless?: boolean;
}

export interface Comparison {
  /** Empty = exact. */
  differences: string[];
  /** Some of the flows that differ, to see why. */
  flows: FlowRecord[];
}

const FLOWS_SHOWN = 5;

/** How the closed flows of a port differ from what the two programs say they did. */
export function compare(flows: FlowRecord[], done: Traffic, expected: Expectation): Comparison {
  const { connections, failures = {}, serverless = false } = expected;
  const clients = compareSide(
    flows.filter(({ dest }) => dest.port === done.port),
    { name: 'client', end: done.client, connections, failure: failures.client },
  );
  const answered = flows.filter(({ source }) => source.port === done.port);
  const servers = serverless
    ? { differences: differing('server flows', 0, answered.length), flows: answered }
    : compareSide(answered, { name: 'server', end: done.server, connections, failure: failures.server });
  return {
    differences: [...clients.differences, ...servers.differences],
    flows: [...clients.flows, ...servers.flows],
  };
}

interface Side {
  name: string;
  end: End;
  connections: number;
  failure: string | undefined;
}

/** All connections of a case carry the same, so each is known, not only the sum. */
function compareSide(flows: FlowRecord[], { name, end, connections, failure }: Side): Comparison {
  const differencesOf = (flow: FlowRecord) => [
    ...differing(`${name} bytes sent`, end.sent / connections, flow.sent.bytes),
    ...differing(`${name} bytes received`, end.received / connections, flow.received.bytes),
    ...differing(`${name} pid`, end.pid, flow.process?.pid),
    ...differing(`${name} failure`, failure, flow.failure),
    ...differing(`${name} close missed`, false, flow.closeMissed ?? false),
  ];
  const ids = new Set(flows.map(({ id }) => id));
  const wrong = flows.filter((flow) => differencesOf(flow).length > 0);
  return {
    differences: [
      ...differing(`${name} flows`, connections, flows.length),
      ...differing(`different ${name} flows`, flows.length, ids.size),
      ...new Set(wrong.flatMap(differencesOf)),
    ],
    flows: wrong.slice(0, FLOWS_SHOWN),
  };
}

function differing<T>(what: string, expected: T, found: T): string[] {
  return expected === found ? [] : [`${what}: ${found} instead of ${expected}`];
}
