import type { Schema } from '../../lib/protobuf.ts';

/** The fields that are read of the messages of runtime.v1 (and of v1alpha2, where they have the same numbers). */

const imageSpec = { 1: ['image', 'string'] } as const satisfies Schema;

const containerMetadata = { 1: ['name', 'string'], 2: ['attempt', 'int'] } as const satisfies Schema;

const sandboxMetadata = {
  1: ['name', 'string'],
  2: ['uid', 'string'],
  3: ['namespace', 'string'],
  4: ['attempt', 'int'],
} as const satisfies Schema;

export const containerStatusRequest = {
  1: ['id', 'string'],
  2: ['verbose', 'int'],
} as const satisfies Schema;

export const containerStatusResponse = {
  1: [
    'status',
    {
      1: ['id', 'string'],
      2: ['metadata', containerMetadata],
      3: ['state', 'int'],
      7: ['exitCode', 'int'],
      8: ['image', imageSpec],
      9: ['imageRef', 'string'],
      10: ['reason', 'string'],
      12: ['labels', 'texts'],
    },
  ],
  2: ['info', 'texts'],
} as const satisfies Schema;

export const sandboxStatusRequest = { 1: ['id', 'string'], 2: ['verbose', 'int'] } as const satisfies Schema;

export const sandboxStatusResponse = {
  1: ['status', { 1: ['id', 'string'], 2: ['metadata', sandboxMetadata], 7: ['labels', 'texts'] }],
  2: ['info', 'texts'],
} as const satisfies Schema;

export interface ContainerStatusResponse {
  status?: {
    metadata?: { name?: string; attempt?: number };
    state?: number;
    exitCode?: number;
    reason?: string;
    image?: { image?: string };
    imageRef?: string;
    labels?: Record<string, string>;
  };
  info?: Record<string, string>;
}

export interface SandboxStatusResponse {
  status?: { metadata?: { name?: string; attempt?: number }; labels?: Record<string, string> };
  info?: Record<string, string>;
}
