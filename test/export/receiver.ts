import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';

/** A request of OTLP, decoded by the definitions that OpenTelemetry publishes. */
export interface Received {
  path: string;
  headers: IncomingMessage['headers'];
  /** Points by name of the metric, each with its attributes and its value or count. */
  points: Point[];
  resource: Record<string, unknown>;
  logs: Log[];
}

export interface Point {
  name: string;
  unit: string;
  kind: 'sum' | 'gauge' | 'histogram';
  temporality?: number;
  monotonic?: boolean;
  attributes: Record<string, unknown>;
  value: number;
  buckets?: number[];
  bounds?: number[];
  startNs?: string;
  timeNs: string;
}

export interface Log {
  eventName: string;
  severity: string;
  body: unknown;
  timeNs: string;
  attributes: Record<string, unknown>;
}

export type Behaviour = (n: number, response: ServerResponse, request: IncomingMessage) => void;

export const takes: Behaviour = (_, response) => {
  response.writeHead(200).end();
};

/** A receiver of OTLP over HTTP on loopback; `behaves` answers request number n, counted from 0. */
export async function receiver(
  behaves: Behaviour = takes,
  { tls, port = 0 }: { tls?: { key: string; cert: string }; port?: number } = {},
) {
  const received: Received[] = [];
  const errors: unknown[] = [];
  let count = 0;
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const n = count++;
    try {
      received.push(decoded(request, await buffer(request)));
    } catch (error) {
      errors.push(error);
    }
    behaves(n, response, request);
  };
  const server: Server = tls ? createTlsServer(tls, handle) : createServer(handle);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(close);
  const { port: taken } = server.address() as AddressInfo;
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${taken}`, port: taken, received, errors, close };
}

interface Decoder {
  decode(bytes: Uint8Array): object;
  toObject(message: object, options: object): Wire;
}

const { opentelemetry } = createRequire(import.meta.url)(
  '@opentelemetry/otlp-transformer/build/src/generated/root.js',
);
const { metrics, logs } = opentelemetry.proto.collector as Record<string, { v1: Record<string, Decoder> }>;

function decoded({ url = '', headers }: IncomingMessage, sent: Buffer): Received {
  const bytes = headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
  const decoder = url.endsWith('/v1/metrics')
    ? metrics?.v1.ExportMetricsServiceRequest
    : logs?.v1.ExportLogsServiceRequest;
  if (decoder === undefined) throw new Error('no definitions');
  const message =
    headers['content-type'] === 'application/json'
      ? (JSON.parse(bytes.toString()) as Wire)
      : decoder.toObject(decoder.decode(bytes), { longs: String });
  const [metricsOf] = message.resourceMetrics ?? [];
  const [logsOf] = message.resourceLogs ?? [];
  return {
    path: url,
    headers,
    resource: plain((metricsOf ?? logsOf)?.resource?.attributes),
    points: (metricsOf?.scopeMetrics?.[0]?.metrics ?? []).flatMap(pointsOf),
    logs: (logsOf?.scopeLogs?.[0]?.logRecords ?? []).map((record) => ({
      eventName: record.eventName,
      severity: record.severityText,
      body: plainValue(record.body),
      timeNs: String(record.timeUnixNano),
      attributes: plain(record.attributes),
    })),
  };
}

/** What both forms have in common, as far as it is looked at. */
interface Wire {
  resourceMetrics?: {
    resource?: { attributes?: Attribute[] };
    scopeMetrics?: { metrics?: WireMetric[] }[];
  }[];
  resourceLogs?: { resource?: { attributes?: Attribute[] }; scopeLogs?: { logRecords?: WireLog[] }[] }[];
}

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}

interface WireLog {
  eventName: string;
  severityText: string;
  body: Record<string, unknown>;
  timeUnixNano: unknown;
  attributes: Attribute[];
}

interface WireData {
  dataPoints: Record<string, unknown>[];
  aggregationTemporality?: number;
  isMonotonic?: boolean;
}

interface WireMetric {
  name: string;
  unit: string;
  sum?: WireData;
  gauge?: WireData;
  histogram?: WireData;
}

function pointsOf({ name, unit, sum, gauge, histogram }: WireMetric): Point[] {
  const kind = sum ? 'sum' : gauge ? 'gauge' : 'histogram';
  const data = sum ?? gauge ?? histogram;
  return (data?.dataPoints ?? []).map((point) => ({
    name,
    unit,
    kind,
    ...(data?.aggregationTemporality !== undefined && { temporality: data.aggregationTemporality }),
    ...(data?.isMonotonic !== undefined && { monotonic: data.isMonotonic }),
    attributes: plain(point.attributes as Attribute[]),
    value: Number(histogram ? point.count : point.asDouble),
    ...(histogram && {
      buckets: (point.bucketCounts as string[]).map(Number),
      bounds: point.explicitBounds as number[],
    }),
    ...(point.startTimeUnixNano !== undefined && { startNs: String(point.startTimeUnixNano) }),
    timeNs: String(point.timeUnixNano),
  }));
}

function plain(attributes: Attribute[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]));
}

function plainValue(value: Record<string, unknown>): unknown {
  const { stringValue, boolValue, intValue, doubleValue, arrayValue } = value;
  if (arrayValue)
    return ((arrayValue as { values?: Record<string, unknown>[] }).values ?? []).map(plainValue);
  return stringValue ?? boolValue ?? (intValue === undefined ? doubleValue : Number(intValue));
}
