import type { Schema } from '../../lib/protobuf.ts';

/**
 * The messages of OTLP 1.x that are sent, in their JSON form (64-bit numbers are text), and the numbers that their
 * fields have in protobuf: https://github.com/open-telemetry/opentelemetry-proto
 */

export interface KeyValue {
  key: string;
  value: AnyValue;
}

export type AnyValue =
  | { stringValue: string }
  | { boolValue: boolean }
  | { intValue: string }
  | { doubleValue: number }
  | { arrayValue: { values: AnyValue[] } };

export interface NumberPoint {
  attributes: KeyValue[];
  startTimeUnixNano?: string;
  timeUnixNano: string;
  asDouble: number;
}

export interface HistogramPoint {
  attributes: KeyValue[];
  startTimeUnixNano: string;
  timeUnixNano: string;
  count: string;
  sum: number;
  bucketCounts: string[];
  explicitBounds: readonly number[];
}

export interface Metric {
  name: string;
  description: string;
  unit: string;
  gauge?: { dataPoints: NumberPoint[] };
  sum?: { dataPoints: NumberPoint[]; aggregationTemporality: number; isMonotonic: boolean };
  histogram?: { dataPoints: HistogramPoint[]; aggregationTemporality: number };
}

export interface LogRecord {
  timeUnixNano?: string;
  observedTimeUnixNano: string;
  severityNumber: number;
  severityText: string;
  body: AnyValue;
  attributes: KeyValue[];
  eventName: string;
}

const VALUE_FIELDS = {
  1: ['stringValue', 'string'],
  2: ['boolValue', 'bool'],
  3: ['intValue', 'int'],
  4: ['doubleValue', 'double'],
} as const satisfies Schema;
/** A list of lists is not sent. */
const VALUES = { 1: ['values', [VALUE_FIELDS]] } as const satisfies Schema;
const ANY_VALUE = { ...VALUE_FIELDS, 5: ['arrayValue', VALUES] } as const satisfies Schema;
const ATTRIBUTE = { 1: ['key', 'string'], 2: ['value', ANY_VALUE] } as const satisfies Schema;
const RESOURCE = { 1: ['attributes', [ATTRIBUTE]] } as const satisfies Schema;
const SCOPE = { 1: ['name', 'string'], 2: ['version', 'string'] } as const satisfies Schema;

const NUMBER_POINT = {
  2: ['startTimeUnixNano', 'fixed64'],
  3: ['timeUnixNano', 'fixed64'],
  4: ['asDouble', 'double'],
  7: ['attributes', [ATTRIBUTE]],
} as const satisfies Schema;

const HISTOGRAM_POINT = {
  2: ['startTimeUnixNano', 'fixed64'],
  3: ['timeUnixNano', 'fixed64'],
  4: ['count', 'fixed64'],
  5: ['sum', 'double'],
  6: ['bucketCounts', 'fixed64s'],
  7: ['explicitBounds', 'doubles'],
  9: ['attributes', [ATTRIBUTE]],
} as const satisfies Schema;

const METRIC = {
  1: ['name', 'string'],
  2: ['description', 'string'],
  3: ['unit', 'string'],
  5: ['gauge', { 1: ['dataPoints', [NUMBER_POINT]] }],
  7: [
    'sum',
    {
      1: ['dataPoints', [NUMBER_POINT]],
      2: ['aggregationTemporality', 'int'],
      3: ['isMonotonic', 'bool'],
    },
  ],
  9: ['histogram', { 1: ['dataPoints', [HISTOGRAM_POINT]], 2: ['aggregationTemporality', 'int'] }],
} as const satisfies Schema;

const LOG_RECORD = {
  1: ['timeUnixNano', 'fixed64'],
  2: ['severityNumber', 'int'],
  3: ['severityText', 'string'],
  5: ['body', ANY_VALUE],
  6: ['attributes', [ATTRIBUTE]],
  11: ['observedTimeUnixNano', 'fixed64'],
  12: ['eventName', 'string'],
} as const satisfies Schema;

/** What is sent, by the last part of its path. */
export const REQUESTS = {
  metrics: {
    1: [
      'resourceMetrics',
      [
        {
          1: ['resource', RESOURCE],
          2: ['scopeMetrics', [{ 1: ['scope', SCOPE], 2: ['metrics', [METRIC]] }]],
        },
      ],
    ],
  },
  logs: {
    1: [
      'resourceLogs',
      [
        {
          1: ['resource', RESOURCE],
          2: ['scopeLogs', [{ 1: ['scope', SCOPE], 2: ['logRecords', [LOG_RECORD]] }]],
        },
      ],
    ],
  },
} as const satisfies Record<string, Schema>;

export type Signal = keyof typeof REQUESTS;

/** What a receiver could not use of a request that it took, as it answers it. */
export const PARTIAL_SUCCESS = {
  1: ['partialSuccess', { 1: ['rejected', 'int'], 2: ['errorMessage', 'string'] }],
} as const satisfies Schema;
